export { DataFolderError } from './lock.ts'
export { Server } from './server.ts'
export { ThreadStartError } from './supervisor.ts'
export { type UpdateNotice, updateNotice } from './update-notice.ts'
