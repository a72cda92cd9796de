// One sale in the customer club, from C# on Mono or the .NET Framework's API.
//
//     mcs -r:System.Web.Extensions Sale.cs
//     mono Sale.exe LIBRARY AGENT_DIR REGISTER PHONE RECEIPT
//
// Exits 0 when the sale is committed, 1 when it was refused. The last line printed is the answer to "Commit".

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Web.Script.Serialization;
using Json = System.Collections.Generic.Dictionary<string, object>;

// An error object of the plugin; programs decide by Reason.
sealed class Refused : Exception
{
    public readonly string Reason;

    public Refused(string method, Json error)
        : base(method + " refused: " + error["code"] + " " + error["reason"] + ": " + error["message"])
    {
        Reason = (string)error["reason"];
    }
}

// One register's line to its agent. Any thread may call.
sealed class Register : IDisposable
{
    const int AbiVersion = 1;
    const int ReadNow = 2; // RTLD_NOW

    // The library's path is known only when the program runs, so its functions are looked up, not imported.
    [DllImport("libdl.so.2")] static extern IntPtr dlopen(string path, int flags);
    [DllImport("libdl.so.2")] static extern IntPtr dlsym(IntPtr library, string name);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] delegate int AbiVersionFunction();
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int OpenFunction(byte[] config, out IntPtr handle, out IntPtr error);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate int CallFunction(IntPtr handle, byte[] method, byte[] request, int timeoutMs, out IntPtr answer);
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)] delegate void PointerFunction(IntPtr textOrHandle);

    readonly CallFunction call;
    readonly PointerFunction release, close;
    readonly IntPtr handle;

    public Register(string libraryPath, Json config)
    {
        IntPtr library = dlopen(libraryPath, ReadNow);
        if (library == IntPtr.Zero) throw new IOException(libraryPath + " cannot be loaded");
        if (Find<AbiVersionFunction>(library, "moadon_pos_abi_version")() != AbiVersion)
            throw new IOException(libraryPath + " speaks another ABI version");
        call = Find<CallFunction>(library, "moadon_pos_call");
        release = Find<PointerFunction>(library, "moadon_pos_release");
        close = Find<PointerFunction>(library, "moadon_pos_close");
        IntPtr error;
        if (Find<OpenFunction>(library, "moadon_pos_open")(Utf8(Write(config)), out handle, out error) != 0)
            throw new Refused("open", Read(Take(error)));
    }

    public void Dispose() { close(handle); }

    // The response as it came.
    public string CallText(string method, Json request, int timeoutMs)
    {
        IntPtr answer;
        int status = call(handle, Utf8(method), Utf8(Write(request)), timeoutMs, out answer);
        string text = Take(answer);
        if (status != 0) throw new Refused(method, Read(text));
        return text;
    }

    public Json Call(string method, Json request, int timeoutMs) { return Read(CallText(method, request, timeoutMs)); }

    static T Find<T>(IntPtr library, string name)
    {
        IntPtr function = dlsym(library, name);
        if (function == IntPtr.Zero) throw new IOException("the library has no " + name);
        return Marshal.GetDelegateForFunctionPointer<T>(function);
    }

    // Marshalled strings would be of the system's code page, so text crosses as bytes, with the zero that ends it.
    static byte[] Utf8(string text) { return Encoding.UTF8.GetBytes(text + "\0"); }

    string Take(IntPtr text)
    {
        int length = 0;
        while (Marshal.ReadByte(text, length) != 0) ++length;
        var bytes = new byte[length];
        Marshal.Copy(text, bytes, 0, length);
        release(text);
        return Encoding.UTF8.GetString(bytes);
    }

    static string Write(Json json) { return new JavaScriptSerializer().Serialize(json); }

    static Json Read(string text)
    {
        return new JavaScriptSerializer { MaxJsonLength = int.MaxValue }.Deserialize<Json>(text);
    }
}

static class Sale
{
    const int ScreenMs = 1000, HoldMs = 5000, CommitMs = 10000; // how long the cashier may wait for each
    const int CommitTries = 3;
    static readonly string[] OutcomeOpen =
        { "REASON_AGENT_UNREACHABLE", "REASON_DEADLINE_EXCEEDED", "REASON_STOPPING", "REASON_BUSY" };
    static readonly string[] NothingHeld =
        { "REASON_SERVER_UNREACHABLE", "REASON_POINTS_SHORT", "REASON_RIGHT_NOT_LEFT" };

    static Json Part(Json of, string name) { return (Json)of[name]; }
    static IEnumerable<Json> Parts(Json of, string name) { return ((IList)of[name]).Cast<Json>(); }

    static string Identify(Register register, Json key)
    {
        try
        {
            Json member = register.Call("Identify", new Json { { "key", key } }, ScreenMs);
            Console.WriteLine("member: " + member["display_name"]);
            return (string)Part(member, "facts")["member_id"];
        }
        catch (Refused refusal)
        {
            Console.Error.WriteLine(refusal.Message); // the sale goes on; its key lets the server find the member later
            return "";
        }
    }

    static Json Quote(Register register, Json basket)
    {
        return Part(register.Call("Quote", new Json { { "basket", basket }, { "receipt_columns", 42 } }, ScreenMs), "quote");
    }

    // At "total": the price to charge, with all the points that the member may spend in this basket.
    static Json FinalPrice(Register register, Json basket, string requestId, out string holdId)
    {
        holdId = "";
        Json quote = Quote(register, basket);
        foreach (Json benefit in Parts(quote, "not_applied"))
            Console.WriteLine("say: {0}: {1}", benefit["title"], benefit["cashier_text"]);
        basket["spend_points_milli"] = quote.ContainsKey("points") ? Part(quote, "points")["spendable_milli"] : "0";
        if ((string)basket["spend_points_milli"] == "0" && !Parts(quote, "rights_used").Any()) return quote;
        try
        {
            Json held = register.Call("Hold", new Json {
                { "basket", basket }, { "request_id", requestId }, { "receipt_columns", 42 } }, HoldMs);
            if (held.ContainsKey("hold")) holdId = (string)Part(held, "hold")["hold_id"];
            return Part(held, "quote");
        }
        catch (Refused refusal)
        {
            if (!NothingHeld.Contains(refusal.Reason)) throw;
            Console.Error.WriteLine(refusal.Message);
        }
        basket["spend_points_milli"] = "0";
        basket["without_rights"] = true;
        return Quote(register, basket);
    }

    // The answer as it came. A sale whose outcome is open is repeated unchanged: it takes effect once.
    static string Commit(Register register, Json request)
    {
        for (int triesLeft = CommitTries - 1; ; --triesLeft)
        {
            try
            {
                return register.CallText("Commit", request, CommitMs);
            }
            catch (Refused refusal)
            {
                if (!OutcomeOpen.Contains(refusal.Reason) || triesLeft == 0) throw;
                Console.Error.WriteLine(refusal.Message);
            }
        }
    }

    static bool Sell(Register register, Json key, string receipt)
    {
        var lines = new[] {
            new Json { { "line_id", "1" }, { "sku", "7290001" }, { "description", "גבינה צהובה 28%" },
                       { "category", "dairy" }, { "quantity_milli", "347" }, { "unit_price_minor", "5990" } },
            new Json { { "line_id", "2" }, { "sku", "coffee" }, { "description", "Coffee" },
                       { "quantity_milli", "2000" }, { "unit_price_minor", "1250" } } };
        var basket = new Json {
            { "member_id", Identify(register, key) }, { "lines", lines }, { "without_rights", false } };
        string holdId;
        Json quote = FinalPrice(register, basket, receipt, out holdId);
        foreach (var pair in lines.Zip(Parts(quote, "lines"), Tuple.Create))
        {
            Json priced = pair.Item2;
            Console.WriteLine("line {0}: {1} -> {2}", priced["line_id"], priced["value_minor"], priced["paid_net_minor"]);
            pair.Item1["paid_net_minor"] = priced["paid_net_minor"];
        }
        Console.WriteLine("due: {0} of {1}", quote["due_minor"], quote["total_minor"]);
        var tender = new Json { { "kind", "TENDER_KIND_CARD" }, { "amount_minor", quote["due_minor"] } };
        var sale = new Json {
            { "receipt", receipt }, { "key", key }, { "lines", lines }, { "tenders", new[] { tender } },
            { "occurred_at", DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) },
            { "register_total_minor", quote["total_minor"] },
            { "spend_points_milli", basket["spend_points_milli"] }, { "without_rights", basket["without_rights"] } };
        var request = new Json { { "sale", sale }, { "member_id", basket["member_id"] },
                                 { "hold_id", holdId }, { "quote", quote["reference"] } };
        string answer;
        try
        {
            answer = Commit(register, request);
        }
        catch (Refused)
        {
            if (holdId != "") register.Call("Cancel", new Json { { "hold_id", holdId } }, ScreenMs);
            throw;
        }
        foreach (object line in (IList)quote["receipt_lines"]) Console.WriteLine(line);
        bool same = register.CallText("Commit", request, CommitMs) == answer;
        Console.WriteLine("again: " + (same ? "the same answer" : "ANOTHER ANSWER"));
        Json status = register.Call("Status", new Json(), ScreenMs);
        Console.WriteLine("status: {0}, undelivered {1}",
                          (bool)status["online"] ? "online" : "offline", status["undelivered_count"]);
        Console.WriteLine(answer);
        return same;
    }

    static int Main(string[] arguments)
    {
        // Whatever the system's locale is, and without a mark at the front.
        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true });
        Console.SetError(new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true });
        if (arguments.Length != 5)
        {
            Console.Error.WriteLine("usage: Sale.exe LIBRARY AGENT_DIR REGISTER PHONE RECEIPT");
            return 2;
        }
        var config = new Json { { "agent_dir", arguments[1] }, { "register_id", arguments[2] } };
        try
        {
            using (var register = new Register(arguments[0], config))
                return Sell(register, new Json { { "phone", arguments[3] } }, arguments[4]) ? 0 : 1;
        }
        catch (Exception failure) when (failure is Refused || failure is IOException)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }
}
