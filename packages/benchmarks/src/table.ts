import type { Readings } from './compare.ts'
import { quantile } from './statistics.ts'

/** One column of a table: its title, and the text of its cell for the readings of a row. */
export interface TableColumn {
  readonly title: string
  readonly cell: (figures: Figures) => string
}

/** The microseconds of each server of a row, one of each round. */
export type Figures = ReadonlyMap<string, readonly number[]>

/** Takes the processor time, or with `realTime` the elapsed time, out of the readings. */
export function figuresOf(readings: Readings, realTime: boolean): Figures {
  return new Map([...readings].map(([name, { cpu, elapsed }]) => [name, realTime ? elapsed : cpu]))
}

/** The microseconds of a server that other work on the machine has disturbed least: the tenth percentile of its slices. */
export function microseconds(title: string, name: string): TableColumn {
  return {
    title,
    cell: (figures) => each(figures.get(name), (values) => quantile(values, 0.1).toFixed(0)),
  }
}

/** How fast a server is in percent of another one. */
export function percentOf(title: string, name: string, other: string): TableColumn {
  return {
    title,
    cell: (figures) =>
      each(ratios(figures, other, name), (values) => spread(values, (ratio) => `${(ratio * 100).toFixed(0)} %`)),
  }
}

/** How many times the microseconds of a server are those of another one. */
export function timesOf(title: string, name: string, other: string): TableColumn {
  return {
    title,
    cell: (figures) =>
      each(ratios(figures, name, other), (values) => spread(values, (ratio) => `${ratio.toFixed(2)} ×`)),
  }
}

/** The ratios of two servers in each round. */
function ratios(figures: Figures, above: string, below: string): readonly number[] | undefined {
  const [first, second] = [figures.get(above), figures.get(below)]
  return first && second && first.map((value, round) => value / (second[round] ?? Number.NaN))
}

/** The median, and in parentheses the quartiles: half of the rounds are between them. */
function spread(values: readonly number[], text: (value: number) => string): string {
  const [middle = '', low = '', high = ''] = [0.5, 0.25, 0.75].map((share) => text(quantile(values, share)))
  return `${middle} (${low.replace(/ .*/, '')}–${high.replace(/ .*/, '')})`
}

function each(values: readonly number[] | undefined, text: (values: readonly number[]) => string): string {
  return values === undefined ? '' : text(values)
}

/** The first lines of a Markdown table. */
export function head(columns: readonly TableColumn[]): string {
  return [line(['', ...columns.map(({ title }) => title)]), line(['---', ...columns.map(() => '--:')])].join('\n')
}

export function row(title: string, columns: readonly TableColumn[], figures: Figures): string {
  return line([title, ...columns.map(({ cell }) => cell(figures))])
}

export function line(cells: readonly unknown[]): string {
  return `| ${cells.join(' | ')} |`
}
