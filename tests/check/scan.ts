/**
 * Looks through everything that is committed for what must never be there: private keys, tokens,
 * passwords in addresses, and install-time addresses of one network. Then asks the registry for known
 * vulnerabilities of the packages.
 */
import { root } from "../support/source_files.ts";
import { auditPackages } from "./advisories.ts";

const rules = [
  { what: "a private key", pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/ },
  { what: "a cloud access key", pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { what: "a token of a code host", pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/ },
  { what: "a Slack token", pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,}/ },
  { what: "a signed token", pattern: /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/ },
  { what: "a password in an address", pattern: /https?:\/\/[^\s/:@"'`]+:[^\s/@"'`]+@/ },
  { what: "a package address in the lock file", pattern: /"tarball":/ },
  { what: "a key of a payment service", pattern: /\b[sr]k_live_[A-Za-z0-9]{20,}/ },
  {
    what: "a key of a search or mail service",
    pattern: /\b(?:AIza[\w-]{35}|SG\.[\w-]{20,}\.[\w-]{20,})/,
  },
  { what: "a token of a package registry", pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: "a whole API key of ours", pattern: /\bci_[0-9a-f]{16}_[\w-]{43}\b/ },
];

/** What is meant to be there: addresses that must be refused, and the key of a loopback certificate. */
const meant: ReadonlySet<string> = new Set([
  "tests/api/alerts_input_test.ts holds a password in an address",
  "tests/notify/egress_test.ts holds a password in an address",
  "tests/fixtures/certificates/localhost.key.pem holds a private key",
]);

const decoder = new TextDecoder();
const { stdout } = await new Deno.Command("git", { args: ["ls-files", "-z"], cwd: root }).output();
const paths = decoder.decode(stdout).split("\0").filter(Boolean);
const findings: string[] = [];
for (const path of paths) {
  if (/\.(gz|png|ttf|ico)$/.test(path)) continue;
  const text = await Deno.readTextFile(root + path).catch(() => "");
  for (const { what, pattern } of rules) {
    const found = text.match(pattern);
    if (found && path !== "tests/check/scan.ts" && !meant.has(`${path} holds ${what}`)) {
      findings.push(`${path}:${text.slice(0, found.index).split("\n").length} holds ${what}`);
    }
  }
}
if (findings.length) {
  console.error(findings.join("\n"));
  Deno.exit(1);
}
console.log(`Scanned ${paths.length} files: nothing that must not be there.`);
const { verdict, text } = await auditPackages();
if (verdict === "found") {
  console.error(text);
  Deno.exit(1);
}
console.log(
  verdict === "clean"
    ? "No package has a known vulnerability that is critical or high."
    : "The registry does not tell of vulnerabilities now: not looked for.",
);
