import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { DEFAULT_NATS, type NatsSettings } from '../settings.ts'

/** The durable consumer has a configuration by which events could be lost, or that is another's. */
export class ConsumerUnfit extends Error {
  override readonly name = 'ConsumerUnfit'
  readonly consumer: string

  /** @param what as `has ack policy none` */
  constructor(consumer: string, what: string) {
    super(`consumer ${consumer} ${what}: delete it, so that it is made anew, or name another durable`)
    this.consumer = consumer
  }
}

/** How far messages were received and done with, as stream sequences. */
export interface Progress {
  /** All up to this one are settled. */
  readonly settled: number
  /** All up to this one were received. */
  readonly received: number
}

/**
 * The durable consumer, so that the next message it delivers is one that was received already or the first that was not.
 * One that has delivered more than was received, to a process that died or over a connection that broke, would give what
 * was lost only after the ack wait, amid later messages; one that acknowledgements did not reach would give again what is
 * settled. Either is made anew from what is settled.
 */
export async function readyConsumer(
  manager: JetStreamManager,
  settings: NatsSettings,
  { settled, received }: Progress,
): Promise<ConsumerInfo> {
  const { stream, durable } = settings
  const found = await findConsumer(manager, stream, durable)
  if (found !== undefined) {
    refuseUnfit(found, settings)
    if (found.delivered.stream_seq <= received && found.ack_floor.stream_seq >= settled) return found
    await manager.consumers.delete(stream, durable)
  }
  return manager.consumers.add(stream, {
    durable_name: durable,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos((settings.ackWait ?? DEFAULT_NATS.ackWait) * 1000),
    max_ack_pending: settings.maxUnsettled ?? DEFAULT_NATS.maxUnsettled,
    max_deliver: -1,
    ...(settled > 0
      ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: settled + 1 }
      : { deliver_policy: DeliverPolicy.All }),
    ...(settings.subject === undefined ? {} : { filter_subject: settings.subject }),
  })
}

async function findConsumer(
  manager: JetStreamManager,
  stream: string,
  durable: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream, durable)
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return undefined
    throw error
  }
}

function refuseUnfit({ name, config }: ConsumerInfo, { subject }: NatsSettings): void {
  if (config.ack_policy !== AckPolicy.Explicit) throw new ConsumerUnfit(name, `has ack policy ${config.ack_policy}`)
  if (config.deliver_subject !== undefined) throw new ConsumerUnfit(name, 'is a push consumer')
  if ((config.max_deliver ?? -1) > 0) throw new ConsumerUnfit(name, `gives up after ${config.max_deliver} deliveries`)
  const filter = config.filter_subject ?? config.filter_subjects?.join(', ') ?? ''
  if (filter !== (subject ?? '')) {
    throw new ConsumerUnfit(name, `has the filter '${filter}' where '${subject ?? ''}' is configured`)
  }
}
