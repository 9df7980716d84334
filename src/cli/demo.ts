import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config.ts';
import { fillDemoStore } from '../pipeline/demo-store.ts';
import { systemClock } from '../runtime/clock.ts';
import { reclaimMemory } from '../runtime/reclaim-memory.ts';
import { serveStore } from '../server/serve.ts';
import { openStore } from '../store/sqlite-store.ts';
import { type CommonFlags, type Context, openSession } from './context.ts';
import { demoReport } from './demo-report.ts';
import { command, withSettingFlags } from './model-flags.ts';

interface DemoFlags extends CommonFlags {
  readonly report?: boolean;
}

export function demoCommand(context: Context): Command {
  return withSettingFlags(
    command('demo', 'replay and serve the embedded NOAA sample: Seattle and New York, 2012–2015'),
  )
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <n>', 'port to listen on; 0 for any free one (default: 8472)')
    .option('--report', 'print predictions and a back-test of three years instead of serving')
    .action(async (flags: DemoFlags) => {
      if (flags.report === true) return demoReport(context, flags);
      const folder = await mkdtemp(join(tmpdir(), 'weatherglass-demo-'));
      try {
        await serveDemo(context, flags, join(folder, 'demo.db'));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
}

async function serveDemo(context: Context, flags: DemoFlags, file: string): Promise<void> {
  const started = performance.now();
  const { config, days, scored } = await fill(context, flags, file);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!flags.json)
    context.write(
      `DEMO: the NOAA sample of Seattle and New York, which ends in 2015. Its last ${days} days were replayed in ${seconds} s, ${scored} predicted values scored.\n`,
    );
  // The threads of the replay have ended; the service goes on for long.
  void reclaimMemory(systemClock, context.signal);
  await serveStore({
    store: file,
    host: config.host,
    port: config.port,
    workers: 1,
    log: config.log,
    threads: config.threads,
    signal: context.signal,
    onListening(url) {
      context.write(
        flags.json
          ? `${JSON.stringify({ demo: true, url })}\n`
          : `DEMO, as of its last day: ${url}  (Ctrl-C ends it; \`npx weatherglass demo --report\` prints its record)\n`,
      );
      if (!flags.json) void hint(context, config);
    },
  });
}

/** Says how to go on; nobody waits for it. */
async function hint({ write, signal }: Context, config: Config): Promise<void> {
  const { networkHint } = await import('./network-hint.ts');
  const words = await networkHint(config, signal);
  if (!signal.aborted) write(words);
}

/** The threads end before serving begins: a demo does not learn any more. */
async function fill(context: Context, flags: DemoFlags, file: string) {
  await using session = await openSession(context, flags);
  await using store = await openStore(file, { create: true });
  const { days, scored } = await fillDemoStore(
    store,
    {
      signal: context.signal,
      onProgress: (done, total) => session.progress.show('replaying the sample', done, total),
    },
    session.pool,
  );
  return { config: session.config, days, scored };
}
