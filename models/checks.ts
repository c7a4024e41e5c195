/**
 * What the model is asked: who takes part, what the attacker can do, what is
 * claimed, and whether an attack is expected.
 */

export interface Check {
  title: string
  /** the file of the model */
  model: string
  /** equations that the model leaves open, see the file */
  setting: string[]
  /** Maude's search for an attack, or for a state that must not be final */
  search: string
  /** Maude's search for an undisturbed end, which must exist: else a claim that holds says nothing */
  sanity?: Pick<Check, 'setting' | 'search'>
  /** whether the search must find nothing, or something */
  expected: 'holds' | 'attack'
}

type Claim = 'secrecy' | 'agreement' | 'fullAgreement' | 'injectivity' | 'downgrade' | 'opposite' | 'listenerHidden' | 'identitiesHidden'

type Mixing = 'full' | 'some' | 'lean' | 'relay'

interface Handshake {
  sessions: string[]
  mixing?: Mixing
  /** false where the attacker leaves the lists in hellos as they are */
  otherLists?: boolean
  claims?: Claim[]
  /** rules of SPEC.md that are switched off */
  off?: string[]
  world?: string[]
  bad?: string[]
  /** false where no two sessions fit together */
  completes?: boolean
}

const GROUPS = 'hybrid x25519'
const CIPHERS = 'aes chacha'

/** What a handshake of 1.0 is checked for, as the model names it. */
const CLAIMS: Claim[] = ['secrecy', 'agreement', 'fullAgreement', 'injectivity', 'downgrade', 'opposite', 'listenerHidden']

/** Groups and ciphers that the attacker puts into hellos, those of the sessions first. */
const OFFERS: Record<Mixing, Array<[string, string]>> = {
  full: [[GROUPS, CIPHERS], ['x25519', CIPHERS], [GROUPS, 'chacha']],
  some: [[GROUPS, CIPHERS], ['x25519', CIPHERS]],
  lean: [[GROUPS, CIPHERS]],
  relay: [[GROUPS, CIPHERS]]
}

const SEARCH = 'search [1] init =>* N:Network such that violations(N:Network) =/= ok .'

function session (number: number, identity: string, role: string, groups: string = GROUPS): string {
  return `session(${number}, ${identity}, ${role}, (a, b, c, e), ${groups}, ${CIPHERS}, start)`
}

/** A session whose identify step accepts only some. */
function choosy (number: number, identity: string, role: string, accepted: string): string {
  return `session(${number}, ${identity}, ${role}, (${accepted}), ${GROUPS}, ${CIPHERS}, start)`
}

const DIAL = [session(1, 'a', 'dialer'), session(2, 'b', 'listener')]
const DIAL_TURNED = [session(2, 'a', 'dialer'), session(1, 'b', 'listener')]
const TWO_DIALERS = [session(1, 'a', 'dialer'), session(2, 'b', 'dialer')]
const TWO_DIALERS_LISTENER = [...DIAL, session(3, 'a', 'dialer')]
const ONE_PEER = [session(1, 'a', 'peer')]
const PEERS = [session(1, 'a', 'peer'), session(2, 'b', 'peer')]

function holds (title: string, handshake: Handshake): Check {
  const { sessions, completes = true } = handshake

  return {
    title,
    model: 'secure-peer-1.0.maude',
    setting: settingOf(handshake),
    search: SEARCH,
    sanity: completes
      ? { setting: settingOf({ sessions, mixing: 'relay' }), search: 'search [1] init =>* N:Network such that complete(N:Network) .' }
      : undefined,
    expected: 'holds'
  }
}

/** An attack that must be found: on a rule switched off, or on what SPEC.md does not promise. */
function attack (title: string, claim: Claim, handshake: Handshake): Check {
  return {
    title: `${title}, on ${claim}`,
    model: 'secure-peer-1.0.maude',
    setting: settingOf({ ...handshake, claims: [claim] }),
    search: SEARCH,
    expected: 'attack'
  }
}

function settingOf ({ sessions, mixing = 'full', otherLists = true, claims = CLAIMS, off = [], world = [], bad = [] }: Handshake): string[] {
  const offers = OFFERS[mixing].slice(0, otherLists ? undefined : 1)

  return [
    ...predicate('off', 'Rule', off),
    ...predicate('world', 'World', world),
    ...predicate('bad', 'Identity', ['e', ...bad]),
    ...predicate('claimed', 'Property', claims),
    `eq mixing = ${mixing} .`,
    `eq offers = ${offers.map(([groups, ciphers]) => `offer(${groups}, ${ciphers})`).join(' ; ')} .`,
    `eq sessions = ${sessions.join(' ')} .`
  ]
}

/** Two sides over a carrier that works: no state, or (`!`) no final state, is as `bad` says. */
function order (title: string, pair: string[], kind: '*' | '!', bad: string, good?: string): Check {
  return {
    title,
    model: 'order.maude',
    setting: orderOf(pair),
    search: `search [1] init =>${kind} N:Pair such that ${bad} .`,
    sanity: good != null ? { setting: orderOf(pair), search: `search [1] init =>${kind} N:Pair such that ${good} .` } : undefined,
    expected: 'holds'
  }
}

function disorder (title: string, pair: string[], off: string, kind: '*' | '!', bad: string): Check {
  return { ...order(title, pair, kind, bad), setting: orderOf(pair, [off]), expected: 'attack' }
}

function orderOf ([one, other]: string[], off: string[] = []): string[] {
  return [...predicate('off', 'Rule', off), `eq one = ${one} .`, `eq other = ${other} .`]
}

/** An attack on secure-peer 0.2. */
function seed (title: string, claim: Claim, sessions: string[], mixing: Mixing = 'full', world: string[] = []): Check {
  return {
    title: `0.2: ${title}, on ${claim}`,
    model: 'secure-peer-0.2.maude',
    setting: [
      ...predicate('world', 'World', world),
      ...predicate('bad', 'Identity', ['e']),
      ...predicate('claimed', 'Property', [claim]),
      `eq mixing = ${mixing} .`,
      `eq sessions = ${sessions.join(' ')} .`
    ],
    search: SEARCH,
    sanity: undefined,
    expected: 'attack'
  }
}

/** Equations of a predicate that is true for some and false for the others. */
function predicate (name: string, sort: string, members: string[]): string[] {
  return [
    ...members.map(member => `eq ${name}(${member}) = true .`),
    `eq ${name}(X:${sort}) = false [owise] .`
  ]
}

const DIALER_LISTENER = ['dialer', 'listener']
const PEER_PEER = ['peer', 'peer']
const LEGAL = [DIALER_LISTENER, PEER_PEER]
const WRONG = [['dialer', 'dialer'], ['listener', 'listener'], ['dialer', 'peer'], ['listener', 'peer']]

export const CHECKS: Check[] = [
  // 1.0 holds
  holds('dialer and listener', { sessions: DIAL }),
  holds('dialer and listener, the dialer being greater', { sessions: DIAL_TURNED }),
  holds('two dialers of one identity, a listener', { sessions: TWO_DIALERS_LISTENER, mixing: 'some' }),
  holds('a dialer, two listeners of two identities', { sessions: [session(1, 'b', 'listener'), session(2, 'a', 'dialer'), session(3, 'c', 'listener')], mixing: 'some' }),
  holds('two dialers, two listeners, crosswise', { sessions: [session(1, 'a', 'dialer'), session(2, 'b', 'listener'), session(3, 'b', 'dialer'), session(4, 'a', 'listener')], mixing: 'lean' }),
  holds('no joining of two dialers', { sessions: TWO_DIALERS, completes: false }),
  holds('no joining of two listeners', { sessions: [session(1, 'a', 'listener'), session(2, 'b', 'listener')], completes: false }),
  holds('peer and peer', { sessions: PEERS }),
  holds('three peers of two identities', { sessions: [...PEERS, session(3, 'a', 'peer')], mixing: 'some' }),
  holds('a dialer, a peer, a listener', { sessions: [session(1, 'a', 'dialer'), session(2, 'b', 'peer'), session(3, 'c', 'listener')], mixing: 'some' }),
  holds('one peer, no reflection', { sessions: ONE_PEER, completes: false }),
  holds('X25519 broken: dialer and listener', { sessions: DIAL, world: ['dhBroken'] }),
  holds('X25519 broken: two dialers, a listener', { sessions: TWO_DIALERS_LISTENER, mixing: 'some', otherLists: false, world: ['dhBroken'] }),
  holds('X25519 broken: peer and peer', { sessions: PEERS, world: ['dhBroken'] }),
  holds('ML-KEM broken: dialer and listener', { sessions: DIAL, world: ['kemBroken'] }),
  holds('ML-KEM broken: peer and peer', { sessions: PEERS, world: ['kemBroken'] }),
  holds('the dialer\'s own key known to the attacker', { sessions: DIAL, bad: ['a'] }),
  holds('the listener\'s own key known to the attacker', { sessions: DIAL, bad: ['b'] }),
  holds('a peer\'s own key known to the attacker', { sessions: PEERS, bad: ['a'] }),
  holds('all long-term keys known after the handshake: dialer and listener', { sessions: DIAL, world: ['compromise'] }),
  holds('all long-term keys known after the handshake: peer and peer', { sessions: PEERS, world: ['compromise'] }),
  holds('the listener hidden from whom it does not accept', { sessions: [session(1, 'a', 'dialer'), choosy(2, 'b', 'listener', 'a')], claims: ['listenerHidden'] }),
  holds('all identities hidden from an observer', { sessions: [...DIAL, session(3, 'a', 'peer'), session(4, 'b', 'peer')], mixing: 'relay', claims: ['identitiesHidden'] }),
  holds('all identities hidden from an observer who breaks X25519', { sessions: [...DIAL, session(3, 'a', 'peer'), session(4, 'b', 'peer')], mixing: 'relay', world: ['dhBroken'], claims: ['identitiesHidden'] }),
  holds('all identities hidden from an observer who breaks ML-KEM', { sessions: [...DIAL, session(3, 'a', 'peer'), session(4, 'b', 'peer')], mixing: 'relay', world: ['kemBroken'], claims: ['identitiesHidden'] }),

  // rules that another one backs up
  holds('two dialers: the role suffices without t by role', { sessions: TWO_DIALERS, off: ['answerBinding'], completes: false }),
  holds('two dialers: t by role suffices without the role', { sessions: TWO_DIALERS, off: ['role'], completes: false }),
  holds('signatures over the own hello only: the header key suffices', { sessions: DIAL, off: ['remoteHello'] }),

  // rules of SPEC.md switched off, with their double where they have one
  attack('without signatures', 'agreement', { sessions: DIAL, off: ['signature'] }),
  attack('signatures without the transcript', 'secrecy', { sessions: DIAL, off: ['transcript'] }),
  attack('signatures over the own hello only, X25519 broken', 'agreement', { sessions: DIAL, off: ['remoteHello'], world: ['dhBroken'] }),
  attack('th1 without the lists of names', 'downgrade', { sessions: DIAL, off: ['lists'] }),
  attack('no role, one t for all: two dialers joined', 'opposite', { sessions: TWO_DIALERS, off: ['role', 'answerBinding'] }),
  attack('the listener\'s t without the dialer\'s line 2, X25519 broken', 'fullAgreement', { sessions: DIAL, off: ['answerBinding'], world: ['dhBroken'] }),
  attack('equal tokens taken: a peer\'s own header sealed anew and sent back', 'secrecy', { sessions: ONE_PEER, off: ['reflection'] }),
  attack('no token echo: a peer\'s own header sealed anew and sent back', 'secrecy', { sessions: ONE_PEER, off: ['tokenEcho'] }),
  attack('one label for both sides: a peer\'s own record sent back', 'fullAgreement', { sessions: PEERS, off: ['labels'] }),
  attack('token and ephemeral keys of a listener used twice: replay', 'injectivity', { sessions: [session(1, 'a', 'dialer'), session(2, 'b', 'listener'), session(3, 'b', 'listener')], mixing: 'relay', off: ['fresh'] }),
  attack('KEM secrets not in the master secret, X25519 broken', 'secrecy', { sessions: DIAL, off: ['kemInMaster'], world: ['dhBroken'] }),
  attack('KEM secrets not in header keys, X25519 broken: an observer', 'identitiesHidden', { sessions: DIAL, mixing: 'relay', off: ['kemInHeader'], world: ['dhBroken'] }),
  attack('X25519 not in the keys, ML-KEM broken', 'secrecy', { sessions: DIAL, off: ['dhInKeys'], world: ['kemBroken'] }),
  attack('a listener that shows itself before it accepts', 'listenerHidden', { sessions: [session(1, 'a', 'dialer'), choosy(2, 'b', 'listener', 'a')], off: ['identifyFirst'] }),
  attack('ephemeral secrets not erased, all long-term keys known later', 'secrecy', { sessions: DIAL, off: ['erase'], world: ['compromise'] }),

  // what SPEC.md does not promise
  attack('an active impostor learns the dialer (SPEC 11.2)', 'identitiesHidden', { sessions: DIAL }),
  attack('X25519 alone, broken', 'secrecy', { sessions: [session(1, 'a', 'dialer', 'x25519'), session(2, 'b', 'listener')], world: ['dhBroken'] }),
  attack('both exchanges broken', 'secrecy', { sessions: DIAL, world: ['dhBroken', 'kemBroken'] }),

  // the order of messages
  ...LEGAL.map(pair => order(`${pair.join(' and ')}: no deadlock, both know the end`, pair, '!', 'good(N:Pair) =/= true', 'good(N:Pair)')),
  ...WRONG.map(pair => order(`${pair.join(' and ')}: ends as the table of SPEC 3.6 says`, pair, '!', 'table(N:Pair) =/= true', 'table(N:Pair)')),
  ...[...LEGAL, ...WRONG].map(pair => order(`${pair.join(' and ')}: nothing shown or opened before its time`, pair, '*', 'never(N:Pair)')),

  disorder('a listener that waits for the dialer\'s hello: deadlock', DIALER_LISTENER, 'helloAtOnce', '!', 'good(N:Pair) =/= true'),
  disorder('peers that wait for the other\'s header: deadlock', PEER_PEER, 'headerAtOnce', '!', 'good(N:Pair) =/= true'),
  disorder('a listener that sends its header before it accepts: a dial resolves too early', DIALER_LISTENER, 'acceptFirst', '*', 'early(N:Pair)'),

  // 0.2
  seed('a line of the seed replayed to another session', 'injectivity', ['session(1, a, (a, b, e), 1, start)', 'session(2, b, (a, b, e), 2, start)', 'session(3, b, (a, b, e), 2, start)'], 'relay'),
  seed('a line of the seed replayed when its session is over', 'agreement', ['session(1, a, (a, b, e), 1, start)', 'session(2, b, (a, b, e), 2, start)'], 'relay'),
  seed('identity misbinding: the seed\'s attacker signs the share and token of another', 'fullAgreement', ['session(1, a, (b), 1, start)', 'session(2, b, (a, b, e), 2, start)']),
  seed('the seed shows all identities to an observer', 'identitiesHidden', ['session(1, a, (a, b, e), 1, start)', 'session(2, b, (a, b, e), 2, start)'], 'relay'),
  seed('the seed\'s Diffie-Hellman key of a process known later', 'secrecy', ['session(1, a, (a, b, e), 1, start)', 'session(2, b, (a, b, e), 2, start)'], 'relay', ['compromise'])
]
