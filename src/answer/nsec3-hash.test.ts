import { expect, test } from 'vitest'
import { base32HexToText, nameFromText } from '../wire/index.ts'
import { nsec3Hash } from './nsec3-hash.ts'

function hashed(name: string, iterations: number, salt: string): string {
  const hash = nsec3Hash(nameFromText(name), { algorithm: 1, iterations, salt: Buffer.from(salt, 'hex') })
  return base32HexToText(hash, 0, hash.length).toLowerCase()
}

test('the hashes of RFC 5155 Appendix A', () => {
  expect(hashed('example.', 12, 'aabbccdd')).toBe('0p9mhaveqvm6t7vbl5lop2u3t2rp3tom')
  expect(hashed('a.example.', 12, 'aabbccdd')).toBe('35mthgpgcu1qg68fab165klnsnk3dpvl')
  expect(hashed('*.w.example.', 12, 'aabbccdd')).toBe('r53bq7cc2uvmubfu5ocmm6pers9tk9en')
  expect(hashed('xx.example.', 12, 'aabbccdd')).toBe('t644ebqk9bibcna874givr6joj62mlhv')
})
