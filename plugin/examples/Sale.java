// One sale in the customer club, from Java through JNA, with Gson for the JSON.
//
//     javac -encoding UTF-8 -cp jna.jar:gson.jar Sale.java
//     java -cp .:jna.jar:gson.jar Sale LIBRARY AGENT_DIR REGISTER PHONE RECEIPT
//
// Exits 0 when the sale is committed, 1 when it was refused. The last line printed is the answer to "Commit".

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

public final class Sale {
  static final int ABI_VERSION = 1;
  static final int SCREEN_MS = 1000, HOLD_MS = 5000, COMMIT_MS = 10000; // how long the cashier may wait for each
  static final int COMMIT_TRIES = 3;
  static final Set<String> OUTCOME_OPEN =
      Set.of("REASON_AGENT_UNREACHABLE", "REASON_DEADLINE_EXCEEDED", "REASON_STOPPING", "REASON_BUSY");
  static final Set<String> NOTHING_HELD =
      Set.of("REASON_SERVER_UNREACHABLE", "REASON_POINTS_SHORT", "REASON_RIGHT_NOT_LEFT");
  // Whatever the system's locale is.
  static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  static final PrintStream ERR = new PrintStream(System.err, true, StandardCharsets.UTF_8);

  /**
   * moadon_pos.h as JNA sees it. Answers are pointers, because release needs their address. Texts go in as bytes: as
   * strings they would be in the system's encoding, unless all of the program runs with -Djna.encoding=UTF-8.
   */
  interface MoadonPos extends Library {
    int moadon_pos_abi_version();
    int moadon_pos_open(byte[] config, PointerByReference handle, PointerByReference error);
    int moadon_pos_call(Pointer handle, byte[] method, byte[] request, int timeoutMs, PointerByReference out);
    void moadon_pos_release(Pointer text);
    void moadon_pos_close(Pointer handle);
  }

  /** An error object of the plugin; programs decide by `reason`. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;
    final String reason;

    Refused(String method, JsonObject error) {
      super(method + " refused: " + text(error, "code") + " " + text(error, "reason") + ": " + text(error, "message"));
      reason = text(error, "reason");
    }
  }

  /** One register's line to its agent. Any thread may call. */
  static final class Register implements AutoCloseable {
    private final MoadonPos library;
    private final Pointer handle;

    Register(String libraryPath, JsonObject config) {
      library = Native.load(libraryPath, MoadonPos.class);
      if (library.moadon_pos_abi_version() != ABI_VERSION) {
        throw new IllegalStateException(libraryPath + " speaks another ABI version");
      }
      PointerByReference opened = new PointerByReference(), error = new PointerByReference();
      if (library.moadon_pos_open(utf8(config.toString()), opened, error) != 0) {
        throw new Refused("open", parsed(take(error)));
      }
      handle = opened.getValue();
    }

    @Override
    public void close() {
      library.moadon_pos_close(handle);
    }

    private static byte[] utf8(String text) {
      return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    private String take(PointerByReference out) {
      String text = out.getValue().getString(0, "UTF-8");
      library.moadon_pos_release(out.getValue());
      return text;
    }

    /** The response as it came. */
    String callText(String method, JsonObject request, int timeoutMs) {
      PointerByReference out = new PointerByReference();
      int status = library.moadon_pos_call(handle, utf8(method), utf8(request.toString()), timeoutMs, out);
      String text = take(out);
      if (status != 0) throw new Refused(method, parsed(text));
      return text;
    }

    JsonObject call(String method, JsonObject request, int timeoutMs) {
      return parsed(callText(method, request, timeoutMs));
    }
  }

  /** The price to charge, and the hold that goes with it; "": none. */
  record Price(JsonObject quote, String holdId) {}

  static JsonObject parsed(String json) {
    return JsonParser.parseString(json).getAsJsonObject();
  }

  static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }

  /** An object of names and values in turn: texts, flags, numbers and other JSON. */
  static JsonObject object(Object... namesAndValues) {
    JsonObject made = new JsonObject();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      String name = (String) namesAndValues[i];
      Object value = namesAndValues[i + 1];
      if (value instanceof JsonElement json) made.add(name, json);
      else if (value instanceof Boolean flag) made.addProperty(name, flag);
      else if (value instanceof Number number) made.addProperty(name, number);
      else made.addProperty(name, (String) value);
    }
    return made;
  }

  static JsonArray array(JsonObject... objects) {
    JsonArray made = new JsonArray();
    for (JsonObject object : objects) made.add(object);
    return made;
  }

  static String identify(Register register, JsonObject key) {
    try {
      JsonObject member = register.call("Identify", object("key", key), SCREEN_MS);
      OUT.println("member: " + text(member, "display_name"));
      return text(member.getAsJsonObject("facts"), "member_id");
    } catch (Refused refusal) {
      ERR.println(refusal.getMessage()); // the sale goes on; its key lets the server find the member later
      return "";
    }
  }

  static JsonObject quote(Register register, JsonObject basket) {
    return register.call("Quote", object("basket", basket, "receipt_columns", 42), SCREEN_MS).getAsJsonObject("quote");
  }

  /** At "total": with all the points that the member may spend in this basket. */
  static Price finalPrice(Register register, JsonObject basket, String requestId) {
    JsonObject quote = quote(register, basket);
    for (JsonElement benefit : quote.getAsJsonArray("not_applied")) {
      OUT.println("say: " + text(benefit.getAsJsonObject(), "title")
          + ": " + text(benefit.getAsJsonObject(), "cashier_text"));
    }
    String spendable = quote.has("points") ? text(quote.getAsJsonObject("points"), "spendable_milli") : "0";
    basket.addProperty("spend_points_milli", spendable);
    if (spendable.equals("0") && quote.getAsJsonArray("rights_used").isEmpty()) return new Price(quote, "");
    try {
      JsonObject request = object("basket", basket, "request_id", requestId, "receipt_columns", 42);
      JsonObject held = register.call("Hold", request, HOLD_MS);
      return new Price(held.getAsJsonObject("quote"),
          held.has("hold") ? text(held.getAsJsonObject("hold"), "hold_id") : "");
    } catch (Refused refusal) {
      if (!NOTHING_HELD.contains(refusal.reason)) throw refusal;
      ERR.println(refusal.getMessage());
    }
    basket.addProperty("spend_points_milli", "0");
    basket.addProperty("without_rights", true);
    return new Price(quote(register, basket), "");
  }

  /** The answer as it came. A sale whose outcome is open is repeated unchanged: it takes effect once. */
  static String commit(Register register, JsonObject request) {
    for (int triesLeft = COMMIT_TRIES - 1; ; --triesLeft) {
      try {
        return register.callText("Commit", request, COMMIT_MS);
      } catch (Refused refusal) {
        if (!OUTCOME_OPEN.contains(refusal.reason) || triesLeft == 0) throw refusal;
        ERR.println(refusal.getMessage());
      }
    }
  }

  static boolean sell(Register register, JsonObject key, String receipt) {
    JsonArray lines = array(
        object("line_id", "1", "sku", "7290001", "description", "גבינה צהובה 28%", "category", "dairy",
            "quantity_milli", "347", "unit_price_minor", "5990"), // 0.347 kg at 59.90
        object("line_id", "2", "sku", "coffee", "description", "Coffee",
            "quantity_milli", "2000", "unit_price_minor", "1250"));
    JsonObject basket = object("member_id", identify(register, key), "lines", lines, "without_rights", false);
    Price price = finalPrice(register, basket, receipt);
    JsonObject quote = price.quote();
    for (int i = 0; i < lines.size(); ++i) {
      JsonObject priced = quote.getAsJsonArray("lines").get(i).getAsJsonObject();
      OUT.println("line " + text(priced, "line_id") + ": " + text(priced, "value_minor")
          + " -> " + text(priced, "paid_net_minor"));
      lines.get(i).getAsJsonObject().addProperty("paid_net_minor", text(priced, "paid_net_minor"));
    }
    OUT.println("due: " + text(quote, "due_minor") + " of " + text(quote, "total_minor"));
    JsonObject sale = object("receipt", receipt, "key", key, "lines", lines,
        "occurred_at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        "tenders", array(object("kind", "TENDER_KIND_CARD", "amount_minor", text(quote, "due_minor"))),
        "register_total_minor", text(quote, "total_minor"),
        "spend_points_milli", basket.get("spend_points_milli"), "without_rights", basket.get("without_rights"));
    JsonObject request = object("sale", sale, "member_id", basket.get("member_id"),
        "hold_id", price.holdId(), "quote", quote.get("reference"));
    String answer;
    try {
      answer = commit(register, request);
    } catch (Refused refusal) {
      if (!price.holdId().isEmpty()) register.call("Cancel", object("hold_id", price.holdId()), SCREEN_MS);
      throw refusal;
    }
    for (JsonElement line : quote.getAsJsonArray("receipt_lines")) OUT.println(line.getAsString());
    boolean same = register.callText("Commit", request, COMMIT_MS).equals(answer);
    OUT.println("again: " + (same ? "the same answer" : "ANOTHER ANSWER"));
    JsonObject status = register.call("Status", object(), SCREEN_MS);
    OUT.println("status: " + (status.get("online").getAsBoolean() ? "online" : "offline")
        + ", undelivered " + text(status, "undelivered_count"));
    OUT.println(answer);
    return same;
  }

  public static void main(String[] arguments) {
    if (arguments.length != 5) {
      ERR.println("usage: Sale LIBRARY AGENT_DIR REGISTER PHONE RECEIPT");
      System.exit(2);
    }
    boolean sold = false;
    JsonObject config = object("agent_dir", arguments[1], "register_id", arguments[2]);
    try (Register register = new Register(arguments[0], config)) {
      sold = sell(register, object("phone", arguments[3]), arguments[4]);
    } catch (Refused | IllegalStateException | UnsatisfiedLinkError failure) {
      ERR.println(failure.getMessage());
    }
    System.exit(sold ? 0 : 1);
  }
}
