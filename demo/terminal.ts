/** What the demo looks like. Colours and redrawing are for terminals; files and pipes get plain lines. */

import { styleText } from 'node:util'

const out = process.stdout

const LABEL_WIDTH = 15
const PROTOCOL_WIDTH = 20
const BAR_WIDTH = 30

// what else stands in the line of a bar
const BAR_MARGIN = 24
const REDRAW_MS = 50
const MIB = 2 ** 20

type Style = Parameters<typeof styleText>[0]

const TICK = paint('green', '✔')

export function title (name: string, what: string): void {
  line(`\n${paint(['bold', 'cyan'], name)}  ${paint('dim', what)}`)
}

export function chapter (text: string): void {
  line(`\n${paint('bold', text)}`)
}

export function good (what: string, detail: string): void {
  line(`  ${TICK} ${what.padEnd(PROTOCOL_WIDTH)}${paint('dim', detail)}`)
}

export function facts (values: Record<string, string>): void {
  for (const [label, value] of Object.entries(values)) {
    line(`    ${paint('dim', label.padEnd(LABEL_WIDTH))}${value}`)
  }
}

export interface Progress {
  update (value: number): void
  done (result: string): void
}

/** A bar that fills up on a terminal; elsewhere the line that remains of it. */
export function progress (label: string, total: number): Progress {
  const width = out.isTTY ? Math.min(BAR_WIDTH, Math.max(0, out.columns - PROTOCOL_WIDTH - BAR_MARGIN)) : 0
  let drawn = -Infinity

  const draw = (mark: string, value: number, detail: string): void => {
    const filled = Math.round(width * value / total)
    const bar = paint('cyan', '█'.repeat(filled)) + paint('dim', '░'.repeat(width - filled))

    out.cursorTo(0)
    out.write(`  ${mark} ${label.padEnd(PROTOCOL_WIDTH)}${bar}  ${detail}`)
    out.clearLine(1)
  }

  return {
    update: value => {
      if (out.isTTY && performance.now() - drawn > REDRAW_MS) {
        drawn = performance.now()
        draw(' ', value, paint('dim', `${Math.floor(value / MIB)} of ${total / MIB} MiB`))
      }
    },
    done: result => {
      if (out.isTTY) {
        draw(TICK, total, result)
        line('')
      } else {
        line(`  ${TICK} ${label.padEnd(PROTOCOL_WIDTH)}${result}`)
      }
    }
  }
}

/** The first column to the left, numbers to the right. */
export function table (head: string[], rows: string[][]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map(row => row[column].length)))
  const isNumber = head.map((_, column) => rows.every(row => /^\d/.test(row[column])))
  const align = (row: string[]): string => row.map((cell, column) => isNumber[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])).join('   ')

  line(`    ${paint('dim', align(head))}`)
  line(`    ${paint('dim', widths.map(width => '─'.repeat(width)).join('───'))}`)
  rows.forEach(row => { line(`    ${align(row)}`) })
}

function line (text: string): void {
  out.write(`${text}\n`)
}

function paint (style: Style, text: string): string {
  return styleText(style, text, { stream: out })
}
