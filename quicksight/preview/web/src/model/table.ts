/** Rows as columns of numbers: text is coded, so that filters and groups compare integers only. */

export interface CodedJson {
  readonly names: readonly string[];
  readonly codes: readonly number[];
}
export type ColumnJson = CodedJson | readonly (number | null)[];
export interface TableJson {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnJson>>;
}
export type Value = string | number | null;

/** One column. `codes` point into `values`, -1 for none; `numbers` holds NaN for none, and is empty for text. */
export class Column {
  readonly isText: boolean;
  readonly numbers: Float64Array;
  #codes: Int32Array | null = null;
  #values: (string | number)[] | null = null;

  constructor(column: ColumnJson) {
    this.isText = !Array.isArray(column);
    if (Array.isArray(column)) {
      this.numbers = Float64Array.from(column as (number | null)[], (value) => (value === null ? NaN : Number(value)));
    } else {
      const { names, codes } = column as CodedJson;
      this.numbers = new Float64Array(0);
      this.#codes = Int32Array.from(codes);
      this.#values = [...names];
    }
  }

  /** Position of each row's value in `values`; -1 where it has none. */
  get codes(): Int32Array {
    if (!this.#codes) this.#code();
    return this.#codes!;
  }

  /** The values that occur, each once. */
  get values(): readonly (string | number)[] {
    if (!this.#values) this.#code();
    return this.#values!;
  }

  /** Return the value of a row. */
  at(row: number): Value {
    if (this.isText) return this.values[this.codes[row]!] ?? null;
    const number = this.numbers[row]!;
    return Number.isNaN(number) ? null : number;
  }

  #code(): void {
    const places = new Map<number, number>();
    this.#codes = Int32Array.from(this.numbers, (number) => {
      if (Number.isNaN(number)) return -1;
      const place = places.get(number) ?? places.size;
      places.set(number, place);
      return place;
    });
    this.#values = [...places.keys()];
  }
}

/** All rows of a data set, or those of one store. */
export class Table {
  readonly rowCount: number;
  readonly #json: TableJson;
  readonly #columns = new Map<string, Column>();

  constructor(json: TableJson) {
    this.rowCount = json.rows;
    this.#json = json;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#json.columns, name);
  }

  /** Return a column; throws where there is none of that name. */
  column(name: string): Column {
    const known = this.#columns.get(name);
    if (known) return known;
    const json = this.#json.columns[name];
    if (!json) {
      throw new Error(
        `Expected a column ${name}, came ${Object.keys(this.#json.columns).join(", ")}: run make dashboards`,
      );
    }
    const column = new Column(json);
    this.#columns.set(name, column);
    return column;
  }
}
