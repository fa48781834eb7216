/** The report as plain data: sections of blocks, which one renderer makes a page of and another one Markdown. */

/** What a colour stands for; the style sheet says which colour it is in light and in dark. */
export type Tone =
  | 'own'
  | 'asic'
  | 'home'
  | 'ai'
  | 'low'
  | 'high'
  | 'layer1'
  | 'layer2'
  | 'layer3'
  | 'layer4'
  | 'layer5';

/** Where a word stands on an axis. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** What every chart has. */
interface ChartBase {
  /** Unique in the report: part of ids in the page. */
  readonly id: string;
  /** What it shows, for those who do not see it. */
  readonly description: string;
}

/** Lying bars. */
export interface BarChart extends ChartBase {
  readonly kind: 'bars';
  /** `log`: a bar's length is the power of ten of its value, and a bar of 1 has none. */
  readonly scale: 'log' | 'linear';
  /** What the lengths are. */
  readonly axis: string;
  readonly tickText: (value: number) => string;
  readonly bars: readonly Bar[];
  /** A line across the bars. */
  readonly line?: Tick;
}

/** A bar. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly text: string;
  readonly tone: Tone;
}

/** Curves whose axes both count in powers of ten: points are the exponents. */
export interface CurveChart extends ChartBase {
  readonly kind: 'curves';
  /** What the words below say. */
  readonly xAxis: string;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly curves: readonly Curve[];
  /** Lines across. */
  readonly levels: readonly Tick[];
  /** Lines from below. */
  readonly moments: readonly Tick[];
}

/** A curve. */
export interface Curve {
  readonly name: string;
  readonly tone: Tone;
  readonly dashed: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Standing bars of layers that add up to 100 %. */
export interface StackChart extends ChartBase {
  readonly kind: 'stack';
  readonly columns: readonly string[];
  readonly layers: readonly {
    readonly name: string;
    readonly tone: Tone;
    readonly percent: readonly number[];
  }[];
  readonly line: Tick;
}

/** A chart. */
export type Chart = BarChart | CurveChart | StackChart;

/** A table; the first cell of a row names it. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly { readonly heading: string; readonly align: 'left' | 'right' }[];
  readonly rows: readonly (readonly string[])[];
}

/** A place on the map. */
export interface Tile {
  readonly name: string;
  readonly text: string;
  /** 0 to 3. */
  readonly level: number;
}

/** A claim and what became of it. */
export interface CheckedClaim {
  readonly claim: string;
  readonly verdict: 'yes' | 'no' | 'depends' | 'cannot be checked';
  readonly why: string;
  readonly source: string;
}

/** Where a figure is from. */
export interface SourceLine {
  readonly name: string;
  readonly source: string;
  readonly date: string | null;
  readonly confidence: string;
}

/** A piece of a section. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'figure'; readonly title: string; readonly chart: Chart; readonly table: Table }
  | { readonly kind: 'table'; readonly title: string; readonly table: Table }
  | {
      readonly kind: 'tiles';
      readonly title: string;
      readonly levels: readonly string[];
      readonly groups: readonly { readonly name: string; readonly tiles: readonly Tile[] }[];
    }
  | { readonly kind: 'claims'; readonly title: string; readonly claims: readonly CheckedClaim[] }
  | {
      readonly kind: 'terms';
      readonly terms: readonly { readonly term: string; readonly meaning: string }[];
    }
  | { readonly kind: 'sources'; readonly title: string; readonly lines: readonly SourceLine[] }
  | { readonly kind: 'notes'; readonly title: string; readonly notes: readonly string[] };

/** A section. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** The whole report. Marks such as `[3]` in texts and cells point at the notes. */
export interface ReportDocument {
  readonly title: string;
  /** How far the machine is, in one sentence. */
  readonly sentence: string;
  /** Of which machine, and when. */
  readonly about: readonly string[];
  readonly facts: readonly { readonly value: string; readonly text: string }[];
  readonly sections: readonly Section[];
  /** Who made it. */
  readonly footer: string;
}
