import { decode, encode, type Packet } from 'dns-packet'
import { UdpAsker } from '../../test/interop/asker.ts'
import { Random } from '../../test/zones/random.ts'
import { HOST } from '../compare/launch.ts'
import type { DomainChange } from './changes.ts'

/** Of the changes, how many are looked for in answers. */
const LOOKED_AT = 200
const PATIENCE = 2000

async function ask(asker: UdpAsker, name: string, type: 'A' | 'SOA' | 'DNSKEY'): Promise<Packet> {
  const query = encode({ type: 'query', questions: [{ type, name: name.slice(0, -1) }] })
  const reply = await asker.ask(query, PATIENCE)
  return reply === undefined ? {} : decode(reply)
}

/** Types of the records in the answer; none where there is no answer. @param name fully qualified */
export async function typesAt(asker: UdpAsker, name: string, type: 'SOA' | 'DNSKEY'): Promise<string[]> {
  return ((await ask(asker, name, type)).answers ?? []).map((record) => record.type)
}

/**
 * Asks a server on loopback for some of the names that were changed.
 * @throws Error when it does not refer to the nameservers that a change gave the name
 */
export async function checkAnswers(port: number, changes: readonly DomainChange[]): Promise<void> {
  const asker = new UdpAsker(HOST, port)
  const random = new Random(5)
  try {
    for (let i = 0; i < LOOKED_AT; i++) {
      const { before, after } = random.pick(changes)
      const { name } = (after ?? before)!
      const { authorities = [] } = await ask(asker, name, 'A')
      const shown = authorities.flatMap((record) => (record.type === 'NS' ? [`${record.data}.`] : []))
      const [found, wanted] = [shown, after?.ns ?? []].map((names) => [...names].sort().join(' '))
      if (found !== wanted) throw new Error(`${name}: ${found || 'nothing'} where ${wanted || 'nothing'} should be`)
    }
  } finally {
    asker.close()
  }
}
