import { Command } from 'commander';
import { type ChainLink, diagnose } from '../../native/doctor.js';
import { CliError } from '../errors.js';

const marks: Record<ChainLink['state'], string> = { ok: 'ok     ', missing: 'missing', broken: 'BROKEN ' };

async function runDoctor(options: { json?: boolean }): Promise<void> {
  const diagnosis = await diagnose();
  const broken = diagnosis.links.filter(({ state }) => state === 'broken').map(({ name }) => name);
  if (options.json) {
    console.log(JSON.stringify(diagnosis, null, 2));
    if (broken.length > 0) process.exitCode = 1;
    return;
  }
  for (const { name, state, detail, remedy } of diagnosis.links) {
    console.log(`${marks[state]}  ${name.padEnd(16)}  ${detail}`);
    if (remedy) console.log(`${' '.repeat(27)}-> ${remedy}`);
  }
  console.log(`\ntraining runs on: ${diagnosis.backend}`);
  if (broken.length > 0) throw new CliError(`broken: ${broken.join(', ')}; the remedy stands beside each`);
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check each link between this machine and a running backend, with the remedy for what is broken',
    )
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExit code 1 if something is broken; what is only missing leaves a slower backend and code 0.',
    )
    .action(runDoctor);
}
