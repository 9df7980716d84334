import { createInterface, type Interface } from 'node:readline/promises';
import { WeatherglassError } from '../errors.ts';
import type { Context } from './context.ts';

/** Asks a person. */
export interface Questions extends Disposable {
  /**
   * The answer, trimmed; what is given in brackets where nothing is answered.
   *
   * @throws WeatherglassError Usage where nobody answers any more; Cancelled on Ctrl-C
   */
  ask(question: string, otherwise?: string): Promise<string>;
  /** The number of one of some choices, from 0; the first where nothing is answered. */
  choose(question: string, choices: readonly string[]): Promise<number>;
}

/** @param instead which flags say the same, for whoever cannot answer */
export function askOn({ write, signal }: Context, instead: string): Questions {
  let lines: Interface | undefined;
  let answers: AsyncIterator<string> | undefined;
  const stop = () => lines?.close();
  signal.addEventListener('abort', stop, { once: true });

  async function ask(question: string, otherwise = ''): Promise<string> {
    // Not before there is something to ask: whoever has said it all may have no input.
    lines ??= createInterface({ input: process.stdin });
    answers ??= lines[Symbol.asyncIterator]();
    write(`${question}${otherwise === '' ? '' : ` [${otherwise}]`} `);
    const answer = await answers.next();
    if (signal.aborted) throw new WeatherglassError('Cancelled', 'nothing was changed');
    if (answer.done === true)
      throw new WeatherglassError('Usage', `nobody answers; say it beforehand with ${instead}`);
    return answer.value.trim() || otherwise;
  }

  return {
    ask,
    async choose(question, choices) {
      choices.forEach((choice, k) => write(`  ${k + 1}  ${choice}\n`));
      for (;;) {
        const answer = Number(await ask(question, '1'));
        if (Number.isInteger(answer) && answer >= 1 && answer <= choices.length) return answer - 1;
        write(`Say a number from 1 to ${choices.length}.\n`);
      }
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', stop);
      lines?.close();
    },
  };
}
