import { WeatherglassError } from '../errors.ts';

type Column = Int32Array<SharedArrayBuffer> | Float64Array<SharedArrayBuffer>;

interface ColumnType<T extends Column> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: SharedArrayBuffer, offset?: number, length?: number): T;
}

/** A typed array that grows, on a SharedArrayBuffer so that threads can read it without a copy. */
export interface GrowableColumn<T extends Column> {
  /** Changes when the column grows: read it again after every {@link reserve}. */
  readonly values: T;
  /** Makes room for this many rows in all; what was written stays. */
  readonly reserve: (rows: number) => void;
  /** The first `rows` rows, without a copy. */
  readonly first: (rows: number) => T;
}

export function int32Column(): GrowableColumn<Int32Array<SharedArrayBuffer>> {
  return growableColumn<Int32Array<SharedArrayBuffer>>(Int32Array, 1);
}

export function float64Column(width = 1): GrowableColumn<Float64Array<SharedArrayBuffer>> {
  return growableColumn<Float64Array<SharedArrayBuffer>>(Float64Array, width);
}

/**
 * A growable column of `width` values a row, stored row by row.
 *
 * The capacity doubles, so that filling n rows copies fewer than 2n. Room that is never written costs addresses
 * only: the system gives it no memory.
 *
 * @throws WeatherglassError Unavailable when there is no memory for it.
 */
function growableColumn<T extends Column>(type: ColumnType<T>, width: number): GrowableColumn<T> {
  let values = new type(new SharedArrayBuffer(0));
  return {
    get values() {
      return values;
    },
    reserve: (rows) => {
      if (rows * width <= values.length) return;
      const larger = allocate(type, Math.max(rows * width, 2 * values.length));
      larger.set(values);
      values = larger;
    },
    first: (rows) => new type(values.buffer, 0, rows * width),
  };
}

function allocate<T extends Column>(type: ColumnType<T>, length: number): T {
  try {
    return new type(new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT));
  } catch (cause) {
    const text = `Not enough memory for a column of ${length} values; read fewer files at a time.`;
    throw new WeatherglassError('Unavailable', text, { cause });
  }
}
