import { concat } from './bytes.ts'

const SMALL_PIECE_BYTES = 1_024

/**
 * Adds `piece` to a list whose order counts and whose cuts do not: joined with
 * the last one while both are small, so that what dribbles in costs no array for
 * every byte.
 */
export function addPiece (pieces: Uint8Array[], piece: Uint8Array): void {
  const last = pieces.at(-1)

  if (last != null && last.byteLength < SMALL_PIECE_BYTES && piece.byteLength < SMALL_PIECE_BYTES) {
    pieces[pieces.length - 1] = concat([last, piece])
  } else {
    pieces.push(piece)
  }
}
