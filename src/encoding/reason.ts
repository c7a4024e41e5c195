import { MAX_REASON_CHARACTERS } from '../constants.ts'

// SPEC 3.7: what would act on a terminal or turn the direction of a log line:
// C0, DEL and C1 controls, bidirectional marks, line and paragraph separators
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/gu // eslint-disable-line no-control-regex

/** `reason` as it may be sent: at most 256 characters, others than printable ones replaced. */
export function printableReason (reason: string): string {
  return [...reason.toWellFormed().replace(UNPRINTABLE, '\ufffd')].slice(0, MAX_REASON_CHARACTERS).join('')
}

/** Whether a reason that was received is one that may be sent. */
export function isPrintableReason (reason: string): boolean {
  return printableReason(reason) === reason
}
