import { expect } from 'aegir/chai'
import { assert, asyncModelRun, asyncProperty, commands, constant, constantFrom, integer, record } from 'fast-check'
import { concat } from '../../src/encoding/bytes.ts'
import { runs } from './runs.ts'
import type { AsyncCommand } from 'fast-check'

/** One end of a secured connection, whichever API it is of. */
export interface End {
  /** All that came out of it. */
  readonly received: Uint8Array[]

  /** What it says of the other side: still open, ended in order, or broken. */
  readonly seen: 'open' | 'ended' | 'broken'
  send (bytes: Uint8Array): void

  /** Ends this direction; the other one goes on. */
  end (): void
  pause (): void
  resume (): void

  /** Gives up at once. */
  abort (): void
}

export interface Connection {
  readonly ends: [End, End]

  /** The carrier is reset by whoever is in between. */
  cut (): void
}

/** What two ends should be. */
interface Model {
  readonly sides: Array<{ sent: Uint8Array[], isEnded: boolean, isPaused: boolean }>
  isBroken: boolean
}

type Step = AsyncCommand<Model, Connection>

/** Any sequence of what both sides and the network may do gives what the model says. */
export async function holdsInAnyOrder (connect: () => Promise<Connection>): Promise<void> {
  const side = constantFrom(0, 1)

  const steps = commands([
    record({ side, length: integer({ min: 1, max: 200_000 }) }).map(({ side, length }) => send(side, length)),
    side.map(end),
    side.map(pause),
    side.map(resume),
    side.map(abort),
    constant(cut())
  ], { maxCommands: 16 })

  await assert(asyncProperty(steps, async steps => {
    const connection = await connect()
    const model: Model = { isBroken: false, sides: [0, 1].map(() => ({ sent: [], isEnded: false, isPaused: false })) }

    await asyncModelRun(() => ({ model, real: connection }), steps)
    await finish(model, connection)
  }), runs(40))
}

function send (side: number, length: number): Step {
  return step(`send(${side}, ${length})`, model => !model.isBroken && !model.sides[side].isEnded, (model, { ends }) => {
    const { sent } = model.sides[side]
    const bytes = new Uint8Array(length).fill(sent.length + 1)
    sent.push(bytes)
    ends[side].send(bytes)
  })
}

function end (side: number): Step {
  return step(`end(${side})`, model => !model.isBroken && !model.sides[side].isEnded, (model, { ends }) => {
    model.sides[side].isEnded = true
    ends[side].end()
  })
}

function pause (side: number): Step {
  return step(`pause(${side})`, model => canRead(model, side) && !model.sides[side].isPaused, (model, { ends }) => {
    model.sides[side].isPaused = true
    ends[side].pause()
  })
}

function resume (side: number): Step {
  return step(`resume(${side})`, model => canRead(model, side) && model.sides[side].isPaused, (model, { ends }) => {
    model.sides[side].isPaused = false
    ends[side].resume()
  })
}

function abort (side: number): Step {
  return step(`abort(${side})`, isOpen, (model, { ends }) => {
    model.isBroken = true
    ends[side].abort()
  })
}

function cut (): Step {
  return step('cut()', isOpen, (model, connection) => {
    model.isBroken = true
    connection.cut()
  })
}

function isOpen ({ isBroken, sides }: Readonly<Model>): boolean {
  return !isBroken && !sides.every(({ isEnded }) => isEnded)
}

// what ended cannot be paused, but may be while its data still waits
function canRead (model: Readonly<Model>, side: number): boolean {
  return !model.isBroken && !model.sides[1 - side].isEnded
}

function step (name: string, check: (model: Readonly<Model>) => boolean, run: (model: Model, connection: Connection) => void): Step {
  return {
    check,
    run: async (model, connection) => {
      run(model, connection)
      expectSafe(model, connection)
      await turns(2)
      expectSafe(model, connection)
    },
    toString: () => name
  }
}

/** True at any moment, whatever the network does. */
function expectSafe ({ sides }: Model, { ends }: Connection): void {
  for (const [i, { received, seen }] of ends.entries()) {
    const { sent, isEnded } = sides[1 - i]
    const came = concat(received)
    const all = concat(sent)

    expect(came.byteLength <= all.byteLength && came.every((byte, at) => byte === all[at]), 'nothing but what was sent, in order').to.be.true()

    if (seen === 'ended') {
      expect(isEnded, 'an end that nobody sent').to.be.true()
      expect(came.byteLength, 'an end before all came').to.equal(all.byteLength)
    }
  }
}

/** True when nothing is left to do. */
async function finish (model: Model, connection: Connection): Promise<void> {
  const { ends } = connection

  for (const [i, side] of model.sides.entries()) {
    side.isPaused && ends[i].resume()

    if (!model.isBroken && !side.isEnded) {
      ends[i].end()
      side.isEnded = true
    }
  }

  for (let turn = 0; turn < 400 && ends.some(({ seen }) => seen === 'open'); turn++) {
    await turns(1)
  }

  expectSafe(model, connection)
  const seen = ends.map(({ seen }) => seen)

  if (model.isBroken) {
    expect(seen, 'nobody waits for ever').to.not.include('open')

    // both sides cannot think that all is well unless both had ended
    expect(seen.every(seen => seen === 'ended') && !model.sides.every(({ isEnded }) => isEnded)).to.be.false()
  } else {
    expect(seen, 'all ended in order').to.deep.equal(['ended', 'ended'])
  }
}

async function turns (count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise(resolve => setTimeout(resolve))
  }
}
