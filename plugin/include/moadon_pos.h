/*
 * moadon_pos.h: the customer club inside a register program. This header is the manual.
 *
 * What it is. libmoadon_pos.so carries JSON messages from a register program (the host) to
 * moadon-agent, a process on the same machine that prices baskets, keeps a durable journal of sales
 * and talks to the club's server. The library itself decides nothing and stores nothing. The
 * messages are those of moadon.v1.RegisterService (proto/moadon/v1/register_service.proto): the
 * method's name, its request as JSON, its response as JSON.
 *
 *     moadon_pos *club = NULL;
 *     const char *text = NULL;
 *     if (moadon_pos_open("{\"agent_dir\": \"/var/lib/moadon-agent\", \"register_id\": \"R1\"}",
 *                         &club, &text) != MOADON_POS_OK) {
 *       fprintf(stderr, "%s\n", text);
 *       moadon_pos_release(text);
 *       return;
 *     }
 *     int32_t status = moadon_pos_call(club, "Status", "{}", 2000, &text);
 *     printf("%s: %s\n", status == MOADON_POS_OK ? "response" : "error", text);
 *     moadon_pos_release(text);
 *     moadon_pos_close(club);
 *
 * The way of one sale. Each step is one call; the fields are described in the proto.
 *
 *   1. "Identify" with the customer's key. response.facts.member_id goes into basket.member_id.
 *      REASON_MEMBER_UNKNOWN: not a member, offer to enroll ("Enroll").
 *   2. "Quote" with {"basket": {...}} each time the basket changes: prices by line, discounts by
 *      benefit, points, tier; quote.not_applied has for every other benefit a cashier_text to say
 *      ("spend 12.00 more"), quote.refused_codes for every code. Codes that the customer shows go
 *      into basket.coupon_codes, points to pay with into basket.spend_points_milli, gift balance
 *      into basket.gift_balance_minor. Quoting leaves no trace.
 *   3. "Hold" at the total, with the same basket and a request_id of the host's choice, new for
 *      every basket. Its quote is the one to charge: quote.due_minor is left to pay
 *      (quote.cash_total_minor in cash). If points or rights are used, response.hold names what is
 *      set aside, until response.hold.expire_time. REASON_SERVER_UNREACHABLE: the server went away
 *      meanwhile; quote again with spend_points_milli 0 and without_rights true, and sell.
 *   4. Paid: "Commit" with the sale (each line with the paid_net_minor that was charged, codes,
 *      spend_points_milli and without_rights as in the basket, gift balance as a tender), with
 *      member_id, hold_id, and as quote the quote.reference of what was charged. Not paid: "Cancel"
 *      with the hold_id. The basket changes after "Hold": "Cancel", then "Quote" and "Hold" again.
 *   5. Print: quote.receipt_lines, asked for with receipt_columns 32, 42 or 48 (and visual_order
 *      for printers that do not turn Hebrew round), between the host's own head and tenders.
 *   6. Goods come back: "Return" with the sale's register and receipt; "GetReceipt" shows what is
 *      left of it. response.refund_minor is what to pay back; points_minor and gift_balance_minor
 *      are the parts of it that go back by themselves, not in money.
 *
 * Text. Every string, in and out, is UTF-8 and ends in one zero byte. Messages are JSON in the
 * proto3 mapping with the proto's field names: int64 as strings, times as RFC 3339. Readers must
 * ignore members they do not know; later versions add some.
 *
 * Results. Functions that can fail return MOADON_POS_OK or MOADON_POS_ERROR and set their last
 * argument to a text: the response, or an error object
 *
 *     {"code": "unavailable", "reason": "REASON_AGENT_UNREACHABLE",
 *      "message": "for people, may change", "values": {"name": "text", ...}}
 *
 * Programs decide by `reason` alone: proto/moadon/v1/error.proto lists every reason, whether the
 * unchanged call can succeed later, and the values it carries. The library passes the agent's
 * reasons through and raises these itself:
 *
 *     REASON_FIELD_MISSING      an argument is NULL, or the configuration lacks a member
 *     REASON_FIELD_INVALID      an argument or member is outside its documented form or range
 *     REASON_MALFORMED          the configuration is not a JSON object
 *     REASON_TEXT_INVALID       a text is not UTF-8
 *     REASON_TOO_LARGE          a text is over its MOADON_POS_..._MAX_BYTES
 *     REASON_METHOD_UNKNOWN     the method is not a name (the agent answers so for unknown names)
 *     REASON_TOKEN_UNKNOWN      the agent's directory has no token of this register to read
 *     REASON_AGENT_UNREACHABLE  no agent answers and none could be started, or it went away
 *     REASON_DEADLINE_EXCEEDED  timeout_ms ran out
 *     REASON_BUSY               MOADON_POS_CALLS_MAX calls were under way until timeout_ms ran out
 *     REASON_INTERNAL           memory is exhausted, or the agent's answer makes no sense
 *
 * Repeating. After REASON_AGENT_UNREACHABLE and REASON_DEADLINE_EXCEEDED the call may or may not
 * have taken effect. Repeat it unchanged: every method is safe to repeat with the same identity
 * (the same receipt, the same request_id), takes effect once and gives the same answer. The library
 * itself repeats a request at most once, on a fresh connection, and only if it was not sent or if a
 * kept connection ended before the first byte of an answer.
 *
 * Offline. The library needs the agent, not the server. With the server away the agent still prices
 * and still accepts sales, returns and new members durably; points, benefits with limits and rights
 * are given within what the owner lets a register give by itself, and quote.not_applied says of the
 * others that they need the server. Only "Identify" of whom it does not keep needs it. With the
 * agent away every call fails within timeout_ms, and the host sells without the club.
 *
 * Memory. The caller owns every text it was given and releases it with moadon_pos_release, never
 * with free(). Arguments are read during the call and not kept.
 *
 * Threads. Any thread may call any function at any time; calls on one handle run side by side. The
 * one rule: once moadon_pos_close was called, the handle is gone. The library creates no threads.
 *
 * What the host may do. Fork: the child may go on using its handles, on connections of its own; the
 * parent's are left untouched. Close descriptors it does not know, or reuse their numbers: the
 * library notices before it writes, and connects again (a descriptor closed by another thread at
 * the very moment of a call remains the host's risk). Ignore, block or handle any signal, cancel a
 * thread (it ends after its call), let the processor trap on floating-point exceptions, load the
 * library twice, and dlclose() it while calls are under way: the library stays mapped. It installs
 * no signal handlers, changes no locale, no environment and no floating-point flags, writes nothing
 * to stdout or stderr, and lets no C++ exception out.
 *
 * Stability. Within one MOADON_POS_ABI_VERSION functions and constants never change their meaning.
 */
#pragma once

#include <stdint.h>

#if defined(__GNUC__)
#define MOADON_POS_API __attribute__((visibility("default")))
#else
#define MOADON_POS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header; see moadon_pos_abi_version. */
#define MOADON_POS_ABI_VERSION 1

/* What open and call return. Any other value is from a later version: treat it as an error. */
#define MOADON_POS_OK 0
#define MOADON_POS_ERROR 1

/* Limits. Texts are counted in bytes, without the final zero. */
#define MOADON_POS_CONFIG_MAX_BYTES 65536
#define MOADON_POS_METHOD_MAX_BYTES 64
#define MOADON_POS_REQUEST_MAX_BYTES 16777216
#define MOADON_POS_RESPONSE_MAX_BYTES 67108864
#define MOADON_POS_TIMEOUT_MAX_MS 600000
/* Calls under way at once on one handle; more wait for their turn, within their timeout. */
#define MOADON_POS_CALLS_MAX 64

/* One register's line to its agent. Opaque. A process may hold many. */
typedef struct moadon_pos moadon_pos;

/*
 * The ABI version that the loaded library speaks. A host that loads the library with dlopen first
 * compares it with its MOADON_POS_ABI_VERSION, and does not use a library that differs.
 * Never blocks, never fails.
 */
MOADON_POS_API int32_t moadon_pos_abi_version(void);

/*
 * Makes a handle for one register. Only checks the configuration: it does not block, open files or
 * connections, or start the agent; the first call does.
 *
 * config_json is one JSON object; members it does not list here are refused:
 *     "agent_dir"        required. The agent's state directory. The library reads the agent's port
 *                        and the register's token there, so the host's user must be able to.
 *     "register_id"      required. This register's id: 1 to 32 letters, digits, '-', '_' and '.'.
 *     "start_agent"      default false. Start the agent when a call finds none: in a session of its
 *                        own, with none of the host's descriptors, as no child that the host
 *                        would see, and living on after the host.
 *     "agent_program"    required if start_agent is true. Path of moadon-agent; run as
 *                        `agent_program --dir agent_dir agent_arguments...`.
 *     "agent_arguments"  default []. Up to 64 texts.
 *     "log_file"         default none. A file to which the library appends one line when it starts
 *                        the agent, when the agent is lost and when it is back.
 * Paths that are not absolute start at the working directory of this moment.
 *
 * On MOADON_POS_OK *handle is the caller's, to close, and *error_json is NULL. On MOADON_POS_ERROR
 * *handle is NULL and *error_json the error object, to release. If handle is NULL nothing is
 * opened; if error_json is NULL the error is not told.
 */
MOADON_POS_API int32_t moadon_pos_open(const char* config_json, moadon_pos** handle,
                                       const char** error_json);

/*
 * Calls one method of moadon.v1.RegisterService, e.g. method "Identify", and waits for the answer.
 *
 * Blocks the calling thread for at most timeout_ms (1 to MOADON_POS_TIMEOUT_MAX_MS), plus what the
 * operating system takes to wake it; the agent is told the time that is left and does not work past
 * it. Starting the agent counts as part of the call. Identify and quote take a few milliseconds
 * when all is well; 1000 suits a cashier at the screen, 5000 a hold, 10000 a commit.
 *
 * request_json is passed on unread, except that it must be UTF-8; the agent checks the rest.
 *
 * On MOADON_POS_OK *out_json is the response, and what the method promises has happened. On
 * MOADON_POS_ERROR *out_json is the error object; see "Repeating" for whether the call took effect.
 * Either way *out_json is never NULL and is the caller's, to release. If out_json is NULL nothing
 * is called and MOADON_POS_ERROR is returned.
 */
MOADON_POS_API int32_t moadon_pos_call(moadon_pos* handle, const char* method,
                                       const char* request_json, int32_t timeout_ms,
                                       const char** out_json);

/*
 * Gives back a text of moadon_pos_open or moadon_pos_call, once; afterwards it must not be read.
 * Needs no handle: texts may outlive theirs. NULL does nothing. Never blocks.
 */
MOADON_POS_API void moadon_pos_release(const char* text);

/*
 * Ends a handle: waits until the calls under way on other threads have returned, each within its
 * timeout, then closes its connections. The agent goes on running and delivering. NULL does
 * nothing. In a child made by fork it ends the child's copy of the handle and never waits for calls
 * that were under way in the parent.
 */
MOADON_POS_API void moadon_pos_close(moadon_pos* handle);

#ifdef __cplusplus
}
#endif
