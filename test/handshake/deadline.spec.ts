import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { Deadline } from '../../src/handshake/deadline.ts'

const HOUR = 3_600_000

describe('deadline', () => {
  it('should fail when time is up', async () => {
    const failed = Promise.withResolvers<Error>()
    const deadline = new Deadline(1, undefined, failed.resolve)

    expect(await failed.promise).to.have.property('code', 'ERR_HANDSHAKE_TIMEOUT')
    expect(await failed.promise).to.have.property('message').that.contains('within 1 ms')
    expect(deadline.signal.reason).to.equal(await failed.promise)
  })

  it('should fail once, with the first error', () => {
    const errors: Error[] = []
    const deadline = new Deadline(HOUR, undefined, err => { errors.push(err) })
    const [first, second] = [new Error('first'), new Error('second')]
    expect(deadline.signal.aborted).to.be.false()
    deadline.fail(first)
    deadline.fail(second)
    deadline.clear()

    expect(errors).to.deep.equal([first])
    expect(deadline.signal.reason).to.equal(first)
  })

  it('should fail with the reason of the caller\'s signal', () => {
    for (const before of [true, false]) {
      const caller = new AbortController()
      const reason = new Error('changed my mind')
      const errors: Error[] = []

      if (before) {
        caller.abort(reason)
      }

      const deadline = new Deadline(HOUR, caller.signal, err => { errors.push(err) })
      caller.abort(reason)
      deadline.clear()

      expect(errors).to.deep.equal([reason])
      expect(deadline.signal.reason).to.equal(reason)
    }
  })

  it('should leave no timer and no listener behind', () => {
    const clock = sinon.useFakeTimers()

    try {
      const caller = new AbortController()
      const removed = sinon.spy(caller.signal, 'removeEventListener')
      const added = sinon.spy(caller.signal, 'addEventListener')
      const deadline = new Deadline(HOUR, caller.signal, () => {})
      expect(clock.countTimers()).to.equal(1)
      deadline.clear()

      expect(clock.countTimers()).to.equal(0)
      expect(removed.args).to.deep.equal(added.args)
    } finally {
      clock.restore()
    }
  })

  it('should not care for anything once it is cleared', () => {
    const caller = new AbortController()
    const errors: Error[] = []
    const deadline = new Deadline(HOUR, caller.signal, err => { errors.push(err) })
    deadline.clear()
    caller.abort()

    expect(errors).to.deep.equal([])
    expect(deadline.signal.aborted).to.be.false()
  })
})
