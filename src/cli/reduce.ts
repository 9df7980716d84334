import type { Command } from 'commander';
import { presentOf } from '../pipeline/present.ts';
import type { ReduceCounts } from '../store/store.ts';
import { formatInstant, msPerDay } from '../weather/time.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { parseDays } from './model-flags.ts';
import { openToWrite } from './open-store.ts';
import { count, sizeText, storeCommand } from './store-command.ts';

interface ReduceFlags extends CommonFlags {
  readonly keep: number;
}

export function reduceCommand(context: Context): Command {
  return storeCommand('reduce', 'make what is old and scored smaller: members become their summary')
    .requiredOption(
      '--keep <days>',
      'leave what was issued within so many days as it is, such as 90d',
      parseDays,
    )
    .action(async (flags: ReduceFlags) => {
      const config = configOf(context, flags);
      await using store = await openToWrite(config);
      const { bytes: bytesBefore } = await store.summary();
      const before = (await presentOf(store)) - flags.keep * msPerDay;
      const counts = await store.reduce(before);
      const { bytes: bytesAfter } = await store.summary();
      context.write(
        flags.json
          ? `${JSON.stringify({ store: config.store, before: formatInstant(before), ...counts, bytesBefore, bytesAfter })}\n`
          : `${describe(before, counts)}\n${config.store}: ${sizeText(bytesBefore)} before, ${sizeText(bytesAfter)} after\n`,
      );
    });
}

function describe(before: number, { runs, predictions }: ReduceCounts): string {
  const minute = formatInstant(Math.floor(before / 60_000) * 60_000);
  if (runs + predictions === 0)
    return `nothing became smaller: all that ended before ${minute} is small already, or not scored yet (\`weatherglass verify\` scores)`;
  return `${count(runs, 'run')} and ${count(predictions, 'prediction')} from before ${minute} are smaller now; the room they leave is used for what comes`;
}
