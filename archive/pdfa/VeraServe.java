import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogManager;
import org.verapdf.ReleaseDetails;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;

/**
 * Judges PDF files with veraPDF, one after the other, in one warm JVM; driven by verapdf.py over pipes.
 *
 * <p>In, one line a request: {@code number TAB flavour TAB path}. Out, one JSON object a line, carrying the
 * number and the path of its request. veraPDF's own chatter goes to standard error. The JVM ends when its
 * standard input ends or the process that started it is gone, even in the middle of a file.
 */
public final class VeraServe {
  private static final int SHOWN_PER_RULE = 1;
  private static final String END = new String("end");

  private VeraServe() {}

  public static void main(String[] args) throws Exception {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // a library that prints must not be able to write an answer
    LogManager.getLogManager().reset();
    ProcessHandle.current()
        .parent()
        .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
    VeraGreenfieldFoundryProvider.initialise();
    ReleaseDetails core = ReleaseDetails.byId("core");
    answers.println("{\"ready\":true,\"version\":" + quoted(core == null ? "?" : core.getVersion()) + "}");
    for (String line = nextLine(); line != END; line = nextLine()) {
      String[] parts = line.split("\t", 3);
      answers.println(parts.length == 3 ? judged(parts[0], parts[1], parts[2]) : "{\"error\":\"bad request\"}");
    }
  }

  private static LinkedBlockingQueue<String> lines;

  /** The lines of standard input, read in a thread of its own so that its end is seen at once. */
  private static String nextLine() throws InterruptedException {
    if (lines == null) {
      lines = new LinkedBlockingQueue<>();
      Thread reader = new Thread(VeraServe::readAll, "requests");
      reader.setDaemon(true);
      reader.start();
    }
    return lines.take();
  }

  private static void readAll() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (Exception gone) {
      // The pipe broke: same as its end.
    }
    Runtime.getRuntime().halt(0);
  }

  private static String judged(String number, String flavourId, String path) {
    String head = "{\"number\":" + quoted(number) + ",\"path\":" + quoted(path);
    try {
      PDFAFlavour flavour = PDFAFlavour.byFlavourId(flavourId);
      if (flavour == PDFAFlavour.NO_FLAVOUR) {
        return head + ",\"error\":\"unknown flavour\"}";
      }
      try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), flavour);
          PDFAValidator validator =
              Foundries.defaultInstance().createValidator(flavour, SHOWN_PER_RULE, false, true, false)) {
        return head + verdict(validator.validate(parser)) + "}";
      }
    } catch (OutOfMemoryError tooMuch) {
      throw tooMuch; // the JVM is started afresh rather than trusted after this
    } catch (Throwable broken) { // veraPDF throws all kinds at a broken file; one file's trouble stays its own
      return head + ",\"error\":" + quoted(broken.toString()) + "}";
    }
  }

  private static String verdict(ValidationResult result) {
    Map<RuleId, String> messages = new HashMap<>();
    for (TestAssertion assertion : result.getTestAssertions()) {
      messages.putIfAbsent(assertion.getRuleId(), assertion.getMessage());
    }
    List<String> failed = new ArrayList<>();
    for (Map.Entry<RuleId, Integer> entry : result.getFailedChecks().entrySet()) {
      RuleId rule = entry.getKey();
      failed.add(
          "{\"rule\":" + quoted(rule.getClause() + "-" + rule.getTestNumber())
              + ",\"count\":" + entry.getValue()
              + ",\"message\":" + quoted(messages.get(rule)) + "}");
    }
    return ",\"flavour\":" + quoted(result.getPDFAFlavour().getId())
        + ",\"compliant\":" + result.isCompliant()
        + ",\"end\":" + quoted(String.valueOf(result.getJobEndStatus()))
        + ",\"assertions\":" + result.getTotalAssertions()
        + ",\"failed\":[" + String.join(",", failed) + "]";
  }

  private static String quoted(String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder out = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 32 || Character.isSurrogate(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
