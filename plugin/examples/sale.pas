{ One sale in the customer club, from Free Pascal.

      fpc sale.pas
      ./sale LIBRARY AGENT_DIR REGISTER PHONE RECEIPT

  Exits 0 when the sale is committed, 1 when it was refused. The last line printed is the answer to "Commit". }
program sale;

{$mode objfpc}{$H+}{$codepage utf8}

uses
  {$ifdef unix} cthreads, cwstring, {$endif}
  SysUtils, DateUtils, Math, dynlibs, fpjson, jsonparser;

const
  AbiVersion = 1;
  { How long the cashier may wait for each. }
  ScreenMs = 1000;
  HoldMs = 5000;
  CommitMs = 10000;
  CommitTries = 3;
  OutcomeOpen = ' REASON_AGENT_UNREACHABLE REASON_DEADLINE_EXCEEDED REASON_STOPPING REASON_BUSY ';
  NothingHeld = ' REASON_SERVER_UNREACHABLE REASON_POINTS_SHORT REASON_RIGHT_NOT_LEFT ';

type
  { An error object of the plugin; programs decide by Reason. }
  ERefused = class(Exception)
    Reason: string;
    constructor CreateOf(const Method: string; Error: TJSONData);
    function IsOneOf(const Reasons: string): Boolean;
  end;

  { One register's line to its agent. Any thread may call. Strings are UTF-8 as they stand. }
  TRegister = class
  private
    FHandle: Pointer;
    FCall: function(Handle: Pointer; Method, Request: PAnsiChar; TimeoutMs: Int32; out Answer: PAnsiChar): Int32; cdecl;
    FRelease: procedure(Text: PAnsiChar); cdecl;
    FClose: procedure(Handle: Pointer); cdecl;
    function Take(Text: PAnsiChar): UTF8String;
  public
    constructor Create(const LibraryPath, Config: UTF8String);
    destructor Destroy; override;
    { The response as it came. }
    function CallText(const Method: string; const Request: UTF8String; TimeoutMs: Int32): UTF8String;
    { The response, to free. }
    function Call(const Method: string; Request: TJSONData; TimeoutMs: Int32): TJSONData;
  end;

constructor ERefused.CreateOf(const Method: string; Error: TJSONData);
begin
  Reason := Error.FindPath('reason').AsString;
  CreateFmt('%s refused: %s %s: %s', [Method, Error.FindPath('code').AsString, Reason, Error.FindPath('message').AsString]);
  Error.Free;
end;

function ERefused.IsOneOf(const Reasons: string): Boolean;
begin
  Result := Pos(' ' + Reason + ' ', Reasons) > 0;
end;

constructor TRegister.Create(const LibraryPath, Config: UTF8String);
var
  Lib: TLibHandle;
  Version: function: Int32; cdecl;
  Open: function(Config: PAnsiChar; out Handle: Pointer; out Error: PAnsiChar): Int32; cdecl;
  Error: PAnsiChar;
begin
  Lib := LoadLibrary(LibraryPath);
  if Lib = NilHandle then raise Exception.Create(GetLoadErrorStr);
  Pointer(Version) := GetProcedureAddress(Lib, 'moadon_pos_abi_version');
  Pointer(Open) := GetProcedureAddress(Lib, 'moadon_pos_open');
  Pointer(FCall) := GetProcedureAddress(Lib, 'moadon_pos_call');
  Pointer(FRelease) := GetProcedureAddress(Lib, 'moadon_pos_release');
  Pointer(FClose) := GetProcedureAddress(Lib, 'moadon_pos_close');
  if (Version = nil) or (Version() <> AbiVersion) then raise Exception.Create(LibraryPath + ' speaks another ABI version');
  if Open(PAnsiChar(Config), FHandle, Error) <> 0 then raise ERefused.CreateOf('open', GetJSON(Take(Error)));
end;

destructor TRegister.Destroy;
begin
  if Assigned(FClose) then FClose(FHandle);
  inherited;
end;

function TRegister.Take(Text: PAnsiChar): UTF8String;
begin
  SetString(Result, Text, StrLen(Text));
  FRelease(Text);
end;

function TRegister.CallText(const Method: string; const Request: UTF8String; TimeoutMs: Int32): UTF8String;
var
  Answer: PAnsiChar;
  Status: Int32;
begin
  Status := FCall(FHandle, PAnsiChar(Method), PAnsiChar(Request), TimeoutMs, Answer);
  Result := Take(Answer);
  if Status <> 0 then raise ERefused.CreateOf(Method, GetJSON(Result));
end;

function TRegister.Call(const Method: string; Request: TJSONData; TimeoutMs: Int32): TJSONData;
begin
  Result := GetJSON(CallText(Method, Request.AsJSON, TimeoutMs));
end;

{ A part of an answer as text; '' where there is none. }
function Text(Json: TJSONData; const Path: string): UTF8String;
var
  Found: TJSONData;
begin
  Found := Json.FindPath(Path);
  if Found = nil then Result := '' else Result := Found.AsString;
end;

type
  TSale = class
  private
    FRegister: TRegister;
    FPhone, FReceipt, FMemberId, FHoldId: UTF8String;
    FBasket: TJSONObject;
    FPriced: TJSONData; { the answer whose quote is charged }
    procedure Identify;
    function Ask(const Method: string; TimeoutMs: Int32): TJSONData;
    procedure AgreeOnPrice;
    function PaidSale: TJSONObject;
    function Commit(const Request: UTF8String): UTF8String;
    procedure CancelHold;
    procedure PrintReceipt;
    procedure PrintStatus;
  public
    constructor Create(ARegister: TRegister; const Phone, Receipt: UTF8String);
    destructor Destroy; override;
    function Sell: Boolean;
  end;

constructor TSale.Create(ARegister: TRegister; const Phone, Receipt: UTF8String);
begin
  FRegister := ARegister;
  FPhone := Phone;
  FReceipt := Receipt;
end;

destructor TSale.Destroy;
begin
  FPriced.Free;
  FBasket.Free;
  inherited;
end;

procedure TSale.Identify;
var
  Request: TJSONObject;
  Member: TJSONData;
begin
  Request := TJSONObject.Create(['key', TJSONObject.Create(['phone', FPhone])]);
  try
    try
      Member := FRegister.Call('Identify', Request, ScreenMs);
    except
      on Refusal: ERefused do
      begin
        WriteLn(StdErr, Refusal.Message); { the sale goes on; its key lets the server find the member later }
        Exit;
      end;
    end;
    FMemberId := Text(Member, 'facts.member_id');
    WriteLn('member: ', Text(Member, 'display_name'));
    Member.Free;
  finally
    Request.Free;
  end;
end;

{ What the basket costs, by Quote or Hold. }
function TSale.Ask(const Method: string; TimeoutMs: Int32): TJSONData;
var
  Request: TJSONObject;
begin
  Request := TJSONObject.Create(['basket', FBasket.Clone, 'receipt_columns', 42]);
  if Method = 'Hold' then Request.Add('request_id', FReceipt);
  try
    Result := FRegister.Call(Method, Request, TimeoutMs);
  finally
    Request.Free;
  end;
end;

{ At "total": the price to charge, with all the points that the member may spend in this basket. }
procedure TSale.AgreeOnPrice;
var
  Benefit: TJSONEnum;
  Spendable: UTF8String;
  Held: TJSONData;
begin
  FPriced := Ask('Quote', ScreenMs);
  for Benefit in FPriced.FindPath('quote.not_applied') do
    WriteLn('say: ', Text(Benefit.Value, 'title'), ': ', Text(Benefit.Value, 'cashier_text'));
  Spendable := Text(FPriced, 'quote.points.spendable_milli');
  if Spendable = '' then Spendable := '0';
  FBasket.Strings['spend_points_milli'] := Spendable;
  if (Spendable = '0') and (FPriced.FindPath('quote.rights_used').Count = 0) then Exit;
  try
    Held := Ask('Hold', HoldMs);
  except
    on Refusal: ERefused do
    begin
      if not Refusal.IsOneOf(NothingHeld) then raise;
      WriteLn(StdErr, Refusal.Message);
      FBasket.Strings['spend_points_milli'] := '0';
      FBasket.Booleans['without_rights'] := True;
      Held := Ask('Quote', ScreenMs);
    end;
  end;
  FPriced.Free;
  FPriced := Held;
  FHoldId := Text(FPriced, 'hold.hold_id');
end;

function TSale.PaidSale: TJSONObject;
var
  Lines: TJSONArray;
  Content: TJSONObject;
  I: Integer;
begin
  Lines := FBasket.Arrays['lines'].Clone as TJSONArray;
  for I := 0 to Lines.Count - 1 do
    Lines.Objects[I].Add('paid_net_minor', Text(FPriced, Format('quote.lines[%d].paid_net_minor', [I])));
  Content := TJSONObject.Create([
    'receipt', FReceipt, 'key', TJSONObject.Create(['phone', FPhone]), 'lines', Lines,
    'occurred_at', FormatDateTime('yyyy-mm-dd"T"hh":"nn":"ss"Z"', LocalTimeToUniversal(Now)),
    'tenders', TJSONArray.Create([TJSONObject.Create([
      'kind', 'TENDER_KIND_CARD', 'amount_minor', Text(FPriced, 'quote.due_minor')])]),
    'register_total_minor', Text(FPriced, 'quote.total_minor'),
    'spend_points_milli', FBasket.Strings['spend_points_milli'],
    'without_rights', FBasket.Booleans['without_rights']]);
  Result := TJSONObject.Create(['sale', Content, 'member_id', FMemberId, 'hold_id', FHoldId,
                                'quote', FPriced.FindPath('quote.reference').Clone]);
end;

{ The answer as it came. A sale whose outcome is open is repeated unchanged: it takes effect once. }
function TSale.Commit(const Request: UTF8String): UTF8String;
var
  TriesLeft: Integer;
begin
  for TriesLeft := CommitTries - 1 downto 0 do
    try
      Exit(FRegister.CallText('Commit', Request, CommitMs));
    except
      on Refusal: ERefused do
      begin
        if not Refusal.IsOneOf(OutcomeOpen) or (TriesLeft = 0) then
        begin
          CancelHold;
          raise;
        end;
        WriteLn(StdErr, Refusal.Message);
      end;
    end;
end;

procedure TSale.CancelHold;
begin
  if FHoldId <> '' then FRegister.CallText('Cancel', '{"hold_id": "' + FHoldId + '"}', ScreenMs);
end;

procedure TSale.PrintReceipt;
var
  Line: TJSONEnum;
begin
  for Line in FPriced.FindPath('quote.receipt_lines') do WriteLn(UTF8String(Line.Value.AsString));
end;

procedure TSale.PrintStatus;
var
  Status: TJSONData;
  Word: string;
begin
  Status := GetJSON(FRegister.CallText('Status', '{}', ScreenMs));
  if Status.FindPath('online').AsBoolean then Word := 'online' else Word := 'offline';
  WriteLn('status: ', Word, ', undelivered ', Text(Status, 'undelivered_count'));
  Status.Free;
end;

function TSale.Sell: Boolean;
const
  Told: array[Boolean] of string = ('ANOTHER ANSWER', 'the same answer');
var
  Line: TJSONEnum;
  Request: TJSONObject;
  Content, Answer: UTF8String;
begin
  Identify;
  FBasket := TJSONObject.Create(['member_id', FMemberId, 'without_rights', False, 'lines', TJSONArray.Create([
    TJSONObject.Create(['line_id', '1', 'sku', '7290001', 'description', UTF8String('גבינה צהובה 28%'),
      'category', 'dairy', 'quantity_milli', '347', 'unit_price_minor', '5990']), { 0.347 kg at 59.90 }
    TJSONObject.Create(['line_id', '2', 'sku', 'coffee', 'description', 'Coffee',
      'quantity_milli', '2000', 'unit_price_minor', '1250'])])]);
  AgreeOnPrice;
  for Line in FPriced.FindPath('quote.lines') do
    WriteLn('line ', Text(Line.Value, 'line_id'), ': ', Text(Line.Value, 'value_minor'), ' -> ',
            Text(Line.Value, 'paid_net_minor'));
  WriteLn('due: ', Text(FPriced, 'quote.due_minor'), ' of ', Text(FPriced, 'quote.total_minor'));
  Request := PaidSale;
  Content := Request.AsJSON;
  Request.Free;
  Answer := Commit(Content);
  PrintReceipt;
  Result := FRegister.CallText('Commit', Content, CommitMs) = Answer;
  WriteLn('again: ', Told[Result]);
  PrintStatus;
  WriteLn(Answer);
end;

var
  Config: TJSONObject;
  Till: TRegister;
  TheSale: TSale;
begin
  { C code expects floating point not to raise exceptions; Pascal's threads start with them on, so each says this once. }
  SetExceptionMask([exInvalidOp, exDenormalized, exZeroDivide, exOverflow, exUnderflow, exPrecision]);
  { Strings are UTF-8 inside and outside, whatever the system's locale is. }
  SetMultiByteConversionCodePage(CP_UTF8);
  SetTextCodePage(Output, CP_UTF8);
  SetTextCodePage(StdErr, CP_UTF8);
  if ParamCount <> 5 then
  begin
    WriteLn(StdErr, 'usage: sale LIBRARY AGENT_DIR REGISTER PHONE RECEIPT');
    Halt(2);
  end;
  Config := TJSONObject.Create(['agent_dir', ParamStr(2), 'register_id', ParamStr(3)]);
  Till := nil;
  TheSale := nil;
  ExitCode := 1;
  try
    try
      Till := TRegister.Create(ParamStr(1), Config.AsJSON);
      TheSale := TSale.Create(Till, ParamStr(4), ParamStr(5));
      if TheSale.Sell then ExitCode := 0;
    except
      on Failure: Exception do WriteLn(StdErr, Failure.Message);
    end;
  finally
    TheSale.Free;
    Till.Free;
    Config.Free;
  end;
end.
