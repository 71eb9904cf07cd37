import org.roda_project.commons_ip2.cli.Validate;
import picocli.CommandLine;

/** commons-ip2's own `validate` for several packages in one JVM; its command line fails at the second of several -i. */
public class ValidateAll {
    public static void main(String[] args) {
        for (int i = 2; i < args.length; i++) {
            new CommandLine(new Validate())
                .execute("-o", args[0], "--specification-version=" + args[1], "-i", args[i]);
        }
    }
}
