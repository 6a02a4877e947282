// Reads requests for iam-simulate, a list, from standard input and writes an answer for each.
// The first argument is the folder of modules that holds it.
const { createRequire } = require('node:module');
const path = require('node:path');
const fs = require('node:fs');

const { runSimulation } = createRequire(path.join(process.argv[2], 'x'))('@cloud-copilot/iam-simulate');

async function main() {
  const answers = [];
  for (const request of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    const result = await runSimulation(request, {});
    if (result.resultType === 'error') {
      answers.push({ answer: 'error', errors: result.errors });
    } else {
      answers.push({ answer: result.overallResult, ignored: result.result?.ignoredContextKeys ?? [] });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

main();
