import type { AnswerCase } from './cases.fixture.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 10)

/** RRsets that do not fit in 512 octets, or not in 1232. Unsigned: the size of a signature is nobody's promise. */
export const WIDE_ZONE = `
$ORIGIN zz.
$TTL 3600
@     SOA ns.example. hostmaster.example. 2026010101 1800 900 604800 300
@     NS  ns.example.
${numbers(40)
  .map((n) => `many A 192.0.2.${n}`)
  .join('\n')}
${numbers(90)
  .map((n) => `more A 192.0.2.${n}`)
  .join('\n')}
to-many CNAME many
${numbers(12)
  .map((n) => `inside NS a-long-label-for-nameserver-${n}.inside`)
  .join('\n')}
${numbers(12)
  .map((n) => `a-long-label-for-nameserver-${n}.inside A 192.0.2.${n}`)
  .join('\n')}
${numbers(12)
  .map((n) => `beside NS nameserver-number-${n}.hosts`)
  .join('\n')}
${numbers(12)
  .map((n) => `nameserver-number-${n}.hosts A 192.0.2.${n}`)
  .join('\n')}
hosts NS ns.example.
${numbers(12)
  .map((n) => `mail MX ${n} nameserver-number-${n}.hosts`)
  .join('\n')}
`

const many = (owner: string) =>
  numbers(40)
    .map((n) => `${owner} 3600 A 192.0.2.${n}`)
    .join('\n')
const inside = numbers(12)
  .map((n) => `inside.zz. 3600 NS a-long-label-for-nameserver-${n}.inside.zz.`)
  .join('\n')
const beside = numbers(12)
  .map((n) => `beside.zz. 3600 NS nameserver-number-${n}.hosts.zz.`)
  .join('\n')
const mail = numbers(12)
  .map((n) => `mail.zz. 3600 MX ${n} nameserver-number-${n}.hosts.zz.`)
  .join('\n')
const hosts = (count: number) =>
  numbers(count)
    .map((n) => `nameserver-number-${n}.hosts.zz. 3600 A 192.0.2.${n}`)
    .join('\n')

/** Replies against the limit. A truncated reply holds the question, and OPT where the query had it. */
export const TRUNCATION_CASES: readonly AnswerCase[] = [
  {
    title: 'an RRset of 640 octets does not fit in 512',
    ask: 'many.zz. A',
    expect: 'NOERROR aa tc',
  },
  {
    title: 'it does in 1232',
    ask: 'many.zz. A +bufsize=1232',
    expect: `NOERROR aa
      ANSWER
      ${many('many.zz.')}`,
  },
  {
    title: 'a size below 512 counts as 512 (RFC 6891 6.2.3)',
    ask: 'inside.zz. DS +bufsize=100',
    expect: `NOERROR aa
      AUTHORITY
      zz. 300 SOA ns.example. hostmaster.example. 2026010101 1800 900 604800 300`,
  },
  {
    title: 'an RRset of 1440 octets is not sent over UDP, however much is offered',
    ask: 'more.zz. A +bufsize=4096',
    expect: 'NOERROR aa tc',
  },
  {
    title: 'it is over TCP',
    ask: 'more.zz. A +tcp',
    expect: `NOERROR aa
      ANSWER
      ${numbers(90)
        .map((n) => `more.zz. 3600 A 192.0.2.${n}`)
        .join('\n')}`,
  },
  {
    title: 'an alias alone is not sent when its target does not fit',
    ask: 'to-many.zz. A',
    expect: 'NOERROR aa tc',
  },
  {
    title: 'in-domain glue that does not fit truncates (RFC 9471 3.1)',
    ask: 'www.inside.zz. A',
    expect: 'NOERROR tc',
  },
  {
    title: 'where it fits it is all there',
    ask: 'www.inside.zz. A +bufsize=1232',
    expect: `NOERROR
      AUTHORITY
      ${inside}
      ADDITIONAL
      ${numbers(12)
        .map((n) => `a-long-label-for-nameserver-${n}.inside.zz. 3600 A 192.0.2.${n}`)
        .join('\n')}`,
  },
  {
    title: 'sibling glue is given as far as it fits, without truncation (RFC 9471 3.2)',
    ask: 'beside.zz. A',
    expect: `NOERROR
      AUTHORITY
      ${beside}
      ADDITIONAL
      ${hosts(3)}`,
  },
  {
    title: 'less of it with a longer question',
    ask: 'a-label-of-twenty-xx.beside.zz. A',
    expect: `NOERROR
      AUTHORITY
      ${beside}
      ADDITIONAL
      ${hosts(2)}`,
  },
  {
    title: 'all of it where there is room',
    ask: 'beside.zz. A +bufsize=1232',
    expect: `NOERROR
      AUTHORITY
      ${beside}
      ADDITIONAL
      ${hosts(12)}`,
  },
  {
    title: 'addresses of MX targets are given as far as they fit',
    ask: 'mail.zz. MX',
    expect: `NOERROR aa
      ANSWER
      ${mail}
      ADDITIONAL
      ${hosts(2)}`,
  },
]
