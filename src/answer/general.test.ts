import { MemoryZone } from '../zone/index.ts'
import { Responder } from './responder.ts'
import { describeAnswers } from './suite.fixture.ts'
import { ZoneTable } from './zones.ts'

describeAnswers('the general path', (origin, records) => {
  const view = new MemoryZone(origin, records)
  const onFault = (fault: unknown) => {
    throw fault
  }
  return new Responder({ zones: new ZoneTable([{ origin, state: 'ready', view }]), onFault })
})
