import { classToText, EdnsOption, opcodeToText, rcodeToText, typeToText } from '../../iana/index.ts'
import { formatListenAddress } from '../../net/index.ts'
import { nameToText, rdataToText } from '../../wire/index.ts'
import type { QueryPlan } from './arguments.ts'
import type { Exchange } from './exchange.ts'
import type { Question, ReplyEdns, ReplyRecord } from './message.ts'

/** dig's layout, so that scripts and eyes used to it find their way. */
export function printReply(plan: QueryPlan, { reply, transport, milliseconds }: Exchange): string {
  if (plan.short) return reply.answers.map((record) => `${rdataToText(record.type, record.rdata)}\n`).join('')
  const { questions, answers, authorities, additionals, edns } = reply
  const counts = [
    `QUERY: ${questions.length}`,
    `ANSWER: ${answers.length}`,
    `AUTHORITY: ${authorities.length}`,
    `ADDITIONAL: ${additionals.length + (edns === undefined ? 0 : 1)}`,
  ]
  const lines = [
    `;; ->>HEADER<<- opcode: ${opcodeToText(reply.opcode)}, status: ${rcodeToText(reply.rcode)}, id: ${reply.id}`,
    `;; flags: ${reply.flags.join(' ')}; ${counts.join(', ')}`,
    ...(edns === undefined ? [] : ['', ';; OPT PSEUDOSECTION:', ...ednsLines(edns)]),
    ...(questions.length === 0
      ? []
      : ['', ';; QUESTION SECTION:', ...questions.map((question) => `;${questionText(question)}`)]),
    ...sectionLines('ANSWER', answers),
    ...sectionLines('AUTHORITY', authorities),
    ...sectionLines('ADDITIONAL', additionals),
    '',
    `;; Query time: ${milliseconds.toFixed(1)} msec`,
    `;; SERVER: ${formatListenAddress(plan.server)} (${transport})`,
    `;; MSG SIZE  rcvd: ${reply.size}`,
  ]
  return `${lines.join('\n')}\n`
}

/** The same as an object for --json. */
export function replyToJson(plan: QueryPlan, { reply, transport, milliseconds }: Exchange): object {
  const record = ({ name, type, klass, ttl, rdata }: ReplyRecord) => ({
    name: nameToText(name),
    ttl,
    class: classToText(klass),
    type: typeToText(type),
    data: rdataToText(type, rdata),
  })
  return {
    server: formatListenAddress(plan.server),
    transport,
    milliseconds: Number(milliseconds.toFixed(3)),
    size: reply.size,
    id: reply.id,
    opcode: opcodeToText(reply.opcode),
    rcode: rcodeToText(reply.rcode),
    flags: reply.flags,
    questions: reply.questions.map(({ name, type, klass }) => ({
      name: nameToText(name),
      class: classToText(klass),
      type: typeToText(type),
    })),
    answers: reply.answers.map(record),
    authorities: reply.authorities.map(record),
    additionals: reply.additionals.map(record),
    edns:
      reply.edns === undefined
        ? null
        : {
            version: reply.edns.version,
            do: reply.edns.dnssec,
            payload: reply.edns.payload,
            options: reply.edns.options.map(({ code, data }) => ({
              code,
              name: optionName(code),
              hex: Buffer.from(data).toString('hex'),
              text: optionText(code, data),
            })),
          },
  }
}

function questionText({ name, type, klass }: Question): string {
  return `${nameToText(name)}\t\t${classToText(klass)}\t${typeToText(type)}`
}

function sectionLines(title: string, records: readonly ReplyRecord[]): string[] {
  if (records.length === 0) return []
  return [
    '',
    `;; ${title} SECTION:`,
    ...records.map(
      ({ name, ttl, klass, type, rdata }) =>
        `${nameToText(name)}\t${ttl}\t${classToText(klass)}\t${typeToText(type)}\t${rdataToText(type, rdata)}`,
    ),
  ]
}

function ednsLines({ version, dnssec, payload, options }: ReplyEdns): string[] {
  return [
    `; EDNS: version: ${version}, flags:${dnssec ? ' do' : ''}; udp: ${payload}`,
    ...options.map(({ code, data }) => {
      const hex = Buffer.from(data).toString('hex')
      return `; ${optionName(code)}: ${optionText(code, data) ?? hex}`
    }),
  ]
}

function optionName(code: number): string {
  return Object.entries(EdnsOption).find(([, value]) => value === code)?.[0] ?? `OPTION${code}`
}

/** What an option says, for those that have more to say than octets. */
function optionText(code: number, data: Uint8Array): string | undefined {
  const octets = Buffer.from(data)
  switch (code) {
    case EdnsOption.NSID:
      return `${octets.toString('hex')} ("${octets.toString('latin1').replace(/[^ -~]/g, '.')}")`
    case EdnsOption.EDE: {
      // RFC 8914 2: a code, then text that no one vouches for.
      if (octets.length < 2) return undefined
      const text = octets
        .subarray(2)
        .toString('utf8')
        .replace(/[\p{Cc}\p{Cf}]/gu, '.')
      return text === '' ? String(octets.readUInt16BE(0)) : `${octets.readUInt16BE(0)} ("${text}")`
    }
    case EdnsOption.TCP_KEEPALIVE:
      // RFC 7828 3.1: in units of 100 milliseconds.
      return octets.length === 2 ? `${(octets.readUInt16BE(0) / 10).toFixed(1)} secs` : undefined
    default:
      return undefined
  }
}
