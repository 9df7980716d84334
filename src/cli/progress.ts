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

export function progressOn({ errorIsTerminal, notice }: Screen): Progress {
  let shown = '';
  return {
    show(what, done, total) {
      if (!errorIsTerminal) return;
      const text = `${what} ${Math.floor((100 * done) / Math.max(1, total))} %`;
      if (text === shown) return;
      notice(`\r\u001b[K${text}`);
      shown = text;
    },
    clear() {
      if (shown !== '') notice('\r\u001b[K');
      shown = '';
    },
  };
}
