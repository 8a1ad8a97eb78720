/** What is wrong with a text that is no script, and what to do. */
interface Refusal {
  readonly found: string;
  readonly wayOut: string;
}

const writeScript = "write its steps as a script of commands that begins with #!/bin/sh";

/**
 * The formats of cloud-init and of similar tools. MiniCloud runs scripts only: /bin/sh would take the first lines of most
 * formats for comments, and the script would succeed without doing anything.
 */
const formats: readonly (Refusal & { readonly begins: RegExp })[] = [
  {
    begins:
      /^(#cloud-config|#\s*cloud-config\s*\n|(packages|package_update|runcmd|bootcmd|write_files)\s*:)/i,
    found: "a cloud-config file of cloud-init",
    wayOut: `${writeScript}, such as apt-get install for "packages" and the lines of "runcmd"`,
  },
  {
    begins: /^#(cloud-boothook|upstart-job|part-handler)/,
    found: "a part for cloud-init",
    wayOut: writeScript,
  },
  {
    begins: /^#include/,
    found: "a list of addresses for cloud-init (#include)",
    wayOut: "write a script that downloads and runs them",
  },
  {
    begins: /^##\s*template:/,
    found: "a template for cloud-init",
    wayOut: "insert its values in your program, and give the script",
  },
  {
    begins: /^(content-type|mime-version|content-transfer-encoding)\s*:/i,
    found: "a MIME message for cloud-init",
    wayOut: "give one script that contains the steps of all parts",
  },
  { begins: /^(\x1f|H4sI)/, found: "data compressed with gzip", wayOut: "give the script itself" },
  { begins: /^(IyE[vg]|I2Ns)/, found: "a text encoded in base64", wayOut: "give the script itself" },
  { begins: /^(<powershell|<script|#ps1|rem cmd\b)/i, found: "a script for Windows", wayOut: writeScript },
  {
    begins: /^(\{\s*("[^"\n]*"\s*:|\})|---\s*\n|variant\s*:|\[[\w-]+\]\s*\n)/,
    found: "a configuration file",
    wayOut: writeScript,
  },
  { begins: /^<(\?xml|!doctype|html)/i, found: "an XML file or a web page", wayOut: writeScript },
  { begins: /^\x7fELF/, found: "a program", wayOut: "give a script that downloads and runs it" },
];

/** Returns why a text cannot be run as a script, and what to do; undefined for a script. */
export function scriptFlaw(text: string): string | undefined {
  const begin = text.replace(/^[\s\uFEFF]+/, "");
  if (begin === "") {
    return "the script is empty; omit userData, or give a script";
  }
  const format = formats.find(({ begins }) => begins.test(begin));
  return format && `not a script but ${format.found}; ${format.wayOut}`;
}
