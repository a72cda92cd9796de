// One sale in the customer club, from Node through koffi (npm install koffi).
//
//     node sale.js LIBRARY AGENT_DIR REGISTER PHONE RECEIPT
//
// Exits 0 when the sale is committed, 1 when it was refused. The last line printed is the answer to "Commit".
"use strict";
const { promisify } = require("node:util");
const koffi = require("koffi");

const ABI_VERSION = 1;
const SCREEN_MS = 1000, HOLD_MS = 5000, COMMIT_MS = 10000; // how long the cashier may wait for each
const COMMIT_TRIES = 3;
const OUTCOME_OPEN = ["REASON_AGENT_UNREACHABLE", "REASON_DEADLINE_EXCEEDED", "REASON_STOPPING", "REASON_BUSY"];
const NOTHING_HELD = ["REASON_SERVER_UNREACHABLE", "REASON_POINTS_SHORT", "REASON_RIGHT_NOT_LEFT"];

// An error object of the plugin; programs decide by `reason`.
class Refused extends Error {
  constructor(method, error) {
    super(`${method} refused: ${error.code} ${error.reason}: ${error.message}`);
    this.reason = error.reason;
  }
}

// One register's line to its agent. Calls wait on a thread of koffi's pool: the event loop goes on.
class Register {
  constructor(libraryPath, config) {
    const library = koffi.load(libraryPath);
    if (library.func("int32_t moadon_pos_abi_version()")() !== ABI_VERSION) {
      throw new Error(`${libraryPath} speaks another ABI version`);
    }
    // Answers are declared as bare pointers, because release needs their address; strings in are UTF-8 already.
    const open = library.func("int32_t moadon_pos_open(const char *config, _Out_ void **handle, _Out_ void **error)");
    this.rawCall = promisify(library.func("int32_t moadon_pos_call(void *handle, const char *method, " +
      "const char *request, int32_t timeout_ms, _Out_ void **out)").async);
    this.release = library.func("void moadon_pos_release(void *text)");
    this.rawClose = library.func("void moadon_pos_close(void *handle)");
    const handle = [null], error = [null];
    if (open(JSON.stringify(config), handle, error) !== 0) throw new Refused("open", JSON.parse(this.take(error[0])));
    this.handle = handle[0];
  }

  close() { this.rawClose(this.handle); }

  take(address) {
    const text = koffi.decode(address, "char", -1); // up to the final zero, from UTF-8
    this.release(address);
    return text;
  }

  // The response as it came.
  async callText(method, request, timeoutMs) {
    const out = [null];
    const status = await this.rawCall(this.handle, method, JSON.stringify(request), timeoutMs, out);
    const text = this.take(out[0]);
    if (status !== 0) throw new Refused(method, JSON.parse(text));
    return text;
  }

  async call(method, request, timeoutMs) { return JSON.parse(await this.callText(method, request, timeoutMs)); }
}

async function identify(register, key) {
  try {
    const member = await register.call("Identify", { key }, SCREEN_MS);
    console.log(`member: ${member.display_name}`);
    return member.facts.member_id;
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    console.error(refusal.message); // the sale goes on; its key lets the server find the member later
    return "";
  }
}

// {quote, holdId}: at "total", the price to charge, with all the points that the member may spend in this basket.
async function finalPrice(register, basket, requestId) {
  const ask = async (method, more, timeoutMs) => register.call(method, { basket, receipt_columns: 42, ...more }, timeoutMs);
  const { quote } = await ask("Quote", {}, SCREEN_MS);
  for (const benefit of quote.not_applied) console.log(`say: ${benefit.title}: ${benefit.cashier_text}`);
  basket.spend_points_milli = quote.points?.spendable_milli ?? "0";
  if (basket.spend_points_milli === "0" && quote.rights_used.length === 0) return { quote, holdId: "" };
  try {
    const held = await ask("Hold", { request_id: requestId }, HOLD_MS);
    return { quote: held.quote, holdId: held.hold?.hold_id ?? "" };
  } catch (refusal) {
    if (!NOTHING_HELD.includes(refusal.reason)) throw refusal;
    console.error(refusal.message);
  }
  Object.assign(basket, { spend_points_milli: "0", without_rights: true });
  return { quote: (await ask("Quote", {}, SCREEN_MS)).quote, holdId: "" };
}

// The answer as it came. A sale whose outcome is open is repeated unchanged: it takes effect once.
async function commit(register, request) {
  for (let triesLeft = COMMIT_TRIES - 1; ; --triesLeft) {
    try {
      return await register.callText("Commit", request, COMMIT_MS);
    } catch (refusal) {
      if (!OUTCOME_OPEN.includes(refusal.reason) || triesLeft === 0) throw refusal;
      console.error(refusal.message);
    }
  }
}

async function sell(register, key, receipt) {
  const basket = { member_id: await identify(register, key), without_rights: false, lines: [
    { line_id: "1", sku: "7290001", description: "גבינה צהובה 28%", category: "dairy",
      quantity_milli: "347", unit_price_minor: "5990" }, // 0.347 kg at 59.90
    { line_id: "2", sku: "coffee", description: "Coffee", quantity_milli: "2000", unit_price_minor: "1250" }] };
  const { quote, holdId } = await finalPrice(register, basket, receipt);
  for (const line of quote.lines) console.log(`line ${line.line_id}: ${line.value_minor} -> ${line.paid_net_minor}`);
  console.log(`due: ${quote.due_minor} of ${quote.total_minor}`);
  const sale = {
    receipt, key, occurred_at: new Date().toISOString(),
    lines: basket.lines.map((line, i) => ({ ...line, paid_net_minor: quote.lines[i].paid_net_minor })),
    tenders: [{ kind: "TENDER_KIND_CARD", amount_minor: quote.due_minor }],
    register_total_minor: quote.total_minor,
    spend_points_milli: basket.spend_points_milli, without_rights: basket.without_rights };
  const request = { sale, member_id: basket.member_id, hold_id: holdId, quote: quote.reference };
  let answer;
  try {
    answer = await commit(register, request);
  } catch (refusal) {
    if (holdId !== "") await register.call("Cancel", { hold_id: holdId }, SCREEN_MS);
    throw refusal;
  }
  for (const line of quote.receipt_lines) console.log(line);
  const same = await register.callText("Commit", request, COMMIT_MS) === answer;
  console.log(`again: ${same ? "the same answer" : "ANOTHER ANSWER"}`);
  const status = await register.call("Status", {}, SCREEN_MS);
  console.log(`status: ${status.online ? "online" : "offline"}, undelivered ${status.undelivered_count}`);
  console.log(answer);
  return same;
}

async function main([library, agentDir, registerId, phone, receipt]) {
  const register = new Register(library, { agent_dir: agentDir, register_id: registerId });
  try {
    return await sell(register, { phone }, receipt) ? 0 : 1;
  } finally {
    register.close();
  }
}

if (process.argv.length !== 7) {
  console.error("usage: node sale.js LIBRARY AGENT_DIR REGISTER PHONE RECEIPT");
  process.exitCode = 2;
} else {
  main(process.argv.slice(2)).then(
    (status) => { process.exitCode = status; },
    (error) => { console.error(error.message); process.exitCode = 1; });
}
