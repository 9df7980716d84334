/** One line on the terminal that says how far the work is; nothing where no one watches. */
export interface Progress {
  readonly show: (what: string, done: number, total: number) => void;
  readonly clear: () => void;
}

/** Where progress is shown: the error stream, if someone watches it. */
interface Screen {
  readonly errorIsTerminal: boolean;
  readonly notice: (text: string) => void;
}

/** Milliseconds between two looks of the line: an eye sees no more. */
const LOOK = 100;
/** Milliseconds after which the past says something about the time left. */
const ENOUGH = 2000;
const WIDTH = 20;

/** @param now milliseconds that only go on */
export function progressOn(
  { errorIsTerminal, notice }: Screen,
  now: () => number = () => performance.now(),
): Progress {
  let shown = '';
  let shownAt = -Infinity;
  let began = { what: '', total: Number.NaN, done: Number.NaN, at: Number.NaN };
  return {
    show(what, done, total) {
      if (!errorIsTerminal) return;
      const at = now();
      if (what !== began.what || total !== began.total || done < began.done)
        began = { what, total, done, at };
      else if (done < total && at - shownAt < LOOK) return;
      const text = `${what} ${shareText(done, total)}${timeLeft(at - began.at, done - began.done, total - done)}`;
      if (text === shown) return;
      notice(`\r\u001b[K${text}`);
      shown = text;
      shownAt = at;
    },
    clear() {
      if (shown !== '') notice('\r\u001b[K');
      shown = '';
    },
  };
}

/** `█████░░░░░░░░░░░░░░░ 25 %, 16 of 64`. */
function shareText(done: number, total: number): string {
  const share = Math.min(1, done / Math.max(1, total));
  const full = Math.floor(WIDTH * share);
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(100 * share)} %, ${done} of ${total}`;
}

/** As long as it took until now, for what is left. */
function timeLeft(elapsed: number, done: number, left: number): string {
  if (elapsed < ENOUGH || done <= 0 || left <= 0) return '';
  const seconds = Math.ceil((elapsed / done) * (left / 1000));
  if (seconds < 60) return `, ${seconds} s left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `, ${minutes} min left` : `, ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
