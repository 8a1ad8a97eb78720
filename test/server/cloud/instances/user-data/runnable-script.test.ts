import assert from "node:assert/strict";
import { runnableScript } from "../../../../../server/cloud/instances/user-data/runnable-script";

describe("a userData script as it is run", () => {
  for (const { title, given, becomes } of [
    { title: "stays as it is", given: "#!/bin/sh\n\nif a; then\n\tb\nfi\n" },
    { title: "keeps the indentation of a single line", given: "#!/bin/sh\n\techo ü\n" },
    { title: "keeps blank lines before other lines", given: "\n\necho a\n" },
    {
      title: "loses white space before #!",
      given: " \n\t\n  #!/bin/sh\ntrue\n",
      becomes: "#!/bin/sh\ntrue\n",
    },
    {
      title: "loses the indentation of a template literal",
      given: "\n    #!/bin/sh\n    cat <<END\n      a\n\n    END\n  ",
      becomes: "#!/bin/sh\ncat <<END\n  a\n\nEND\n",
    },
    {
      title: "loses the indentation after an unindented first line",
      given: "#!/usr/bin/python3\n\timport os\n\n\tif os:\n\t\tprint(1)\n",
      becomes: "#!/usr/bin/python3\nimport os\n\nif os:\n\tprint(1)\n",
    },
    {
      title: "loses it without a first line that names its interpreter",
      given: "\n  echo a\n    echo b\n",
      becomes: "\necho a\n  echo b\n",
    },
    {
      title: "loses only what the lines share exactly",
      given: "\n \techo a\n \t\techo b\n  echo c\n",
      becomes: "\n\techo a\n\t\techo b\n echo c\n",
    },
    {
      title: "may be indented more at its beginning",
      given: "    #!/bin/sh\n  a\n  b",
      becomes: "#!/bin/sh\na\nb",
    },
    { title: "may be a single line", given: "  echo a", becomes: "  echo a" },
  ]) {
    it(title, () => assert.equal(runnableScript(given), becomes ?? given));
  }
});
