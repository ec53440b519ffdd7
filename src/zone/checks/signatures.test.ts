import { expect, it } from 'vitest'
import { rdataFromText } from '../../wire/index.ts'
import { keyTag } from '../dnskey.ts'
import { check } from './zone-text.fixture.ts'

// CVE-2023-50387: keys that share a tag multiply the work of verifying.
it('keys that share a tag are tried a few times only', () => {
  const words = [0x0102, 0x0304, 0x0506, 0x0708]
  const keys = Array.from({ length: 24 }, (_, i) => {
    // The tag is a sum of 16-bit words, so that their order does not matter.
    const rest = [...words]
    const order = [24, 6, 2, 1].map((step, place) => rest.splice(Math.floor((i % step) / (step / (4 - place))), 1)[0]!)
    return `257 3 13 ${Buffer.from(Uint16Array.from(order).buffer).toString('base64')}`
  })
  const tags = new Set(keys.map((key) => keyTag(rdataFromText(48, key))))
  expect({ keys: new Set(keys).size, tags: tags.size }).toEqual({ keys: 24, tags: 1 })
  const [tag] = tags
  let calls = 0
  const verifier = {
    verify: () => {
      calls++
      return 'invalid' as const
    },
  }
  const rrsig = `RRSIG SOA 13 1 3600 20300101000000 20200101000000 ${tag} zz. AAAA`
  const zone = `@ SOA a h 1 2 3 4 5\n@ NS a.\n${keys.map((key) => `@ DNSKEY ${key}`).join('\n')}\n@ ${rrsig}`
  const { countsByCheck } = check(zone, 'zz.', { verifier, now: 1_700_000_000 })
  expect(calls).toBe(4)
  expect(countsByCheck).toMatchObject({ 'signature-invalid': 1 })
})

it('times are compared as serial numbers, beyond the year 2106', () => {
  const zone = (times: string) =>
    `@ SOA a h 1 2 3 4 5\n@ NS a.\n@ DNSKEY 257 3 13 AAAA\n@ RRSIG SOA 13 1 3600 ${times} 1 zz. AAAA`
  const now = 2 ** 32 + 1000
  const around = check(zone(`${2000} ${2 ** 32 - 1000}`), 'zz.', { now }).countsByCheck
  expect(around).not.toHaveProperty('signature-expired')
  expect(around).not.toHaveProperty('signature-not-yet-valid')
  const past = check(zone(`500 ${2 ** 32 - 1000}`), 'zz.', { now })
  const message = past.findings.find((finding) => finding.check === 'signature-expired')!.message
  expect(message).toBe('signature expired at 2106-02-07T06:36:36Z')
  expect(check(zone('5000 2000'), 'zz.', { now }).countsByCheck).toHaveProperty('signature-not-yet-valid')
})
