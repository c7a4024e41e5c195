import { METRICS_INTERVAL } from '../constants.ts'
import type { Suite } from '../key-schedule.ts'
import type { Counter, CounterGroup, Histogram, MessageStreamDirection, Metrics } from '@libp2p/interface'

/** What all connections together counted since it was last told: it costs the hot path an addition. */
interface Pending {
  readonly group: CounterGroup<'sent' | 'received'>
  sent: number
  received: number
}

/** What the metrics of one encrypter count. */
export class SecurePeerMetrics {
  readonly #handshakes: CounterGroup
  readonly #errors: CounterGroup
  readonly #suites: CounterGroup
  readonly #refusals: CounterGroup
  readonly #duration: Histogram
  readonly #truncations: Counter
  readonly #records: Pending
  readonly #bytes: Pending
  readonly #rekeys: Pending

  // counters that are calculated when somebody collects would spare it, but
  // implementations differ in whether that gives a total or what is new
  #timer?: ReturnType<typeof setTimeout>

  constructor (metrics: Metrics) {
    this.#handshakes = metrics.registerCounterGroup('libp2p_secure_peer_handshakes_total', {
      label: 'result',
      help: 'Handshakes by direction and result'
    })
    this.#errors = metrics.registerCounterGroup('libp2p_secure_peer_errors_total', {
      label: 'code',
      help: 'Failed handshakes and connections by error code'
    })
    this.#suites = metrics.registerCounterGroup('libp2p_secure_peer_suites_total', {
      label: 'suite',
      help: 'Finished handshakes by group and cipher'
    })
    this.#refusals = metrics.registerCounterGroup('libp2p_secure_peer_refusals_total', {
      label: 'side',
      help: 'Peers refused by this side, and refusals and rejections received'
    })
    this.#duration = metrics.registerHistogram('libp2p_secure_peer_handshake_duration_seconds', {
      help: 'Duration of finished handshakes, the identify step included',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    })

    this.#records = register(metrics, 'libp2p_secure_peer_records_total', 'Records by direction')
    this.#bytes = register(metrics, 'libp2p_secure_peer_bytes_total', 'Bytes of records by direction, as on the wire')
    this.#rekeys = register(metrics, 'libp2p_secure_peer_rekeys_total', 'Rekeys by direction')
    this.#truncations = metrics.registerCounter('libp2p_secure_peer_truncations_total', {
      help: 'Connections cut off before the other side ended them'
    })
    this.#truncations.increment(0)
  }

  handshakeDone (direction: MessageStreamDirection, { group, cipher }: Suite, milliseconds: number): void {
    this.#handshakes.increment({ [`${direction}_success`]: true })
    this.#suites.increment({ [`${group}_${cipher}`]: true })
    this.#duration.observe(milliseconds / 1000)
  }

  handshakeFailed (direction: MessageStreamDirection, code: string): void {
    this.#handshakes.increment({ [`${direction}_error`]: true })
    this.connectionFailed(code)
  }

  /** @param code - what `errorCode` gave */
  connectionFailed (code: string): void {
    this.#errors.increment({ [code]: true })

    if (code === 'ERR_TRUNCATED') {
      this.#truncations.increment()
    } else if (code === 'ERR_IDENTITY_REJECTED') {
      this.#refusals.increment({ local: true })
    } else if (code === 'ERR_REFUSED' || code === 'ERR_REJECTED') {
      this.#refusals.increment({ remote: true })
    }
  }

  /**
   * Counts what a connection sends or receives.
   *
   * @returns to be called with the bytes that pass, after they were sealed or opened
   */
  count (direction: 'sent' | 'received', counted: Counted): (bytes: number) => void {
    let { records, generation } = counted

    return bytes => {
      this.#bytes[direction] += bytes
      this.#records[direction] += counted.records - records
      this.#rekeys[direction] += counted.generation - generation
      records = counted.records
      generation = counted.generation

      if (this.#timer == null) {
        this.#tellLater()
      }
    }
  }

  #tellLater (): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      ;[this.#records, this.#bytes, this.#rekeys].forEach(tell)
    }, METRICS_INTERVAL)

    // in browsers a number
    this.#timer.unref?.()
  }
}

/** One direction of a connection: a sealer or an opener. */
interface Counted {
  /** Records so far. */
  readonly records: number

  /** Rekeys so far. */
  readonly generation: number
}

function register (metrics: Metrics, name: string, help: string): Pending {
  const pending = { group: metrics.registerCounterGroup(name, { label: 'direction', help }), sent: 0, received: 0 }

  // both directions are there from the beginning
  tell(pending)

  return pending
}

function tell (pending: Pending): void {
  const { group, sent, received } = pending
  group.increment({ sent, received })
  pending.sent = 0
  pending.received = 0
}
