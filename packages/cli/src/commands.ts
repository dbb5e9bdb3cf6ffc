import type { Command } from './command.ts'
import { audit } from './commands/audit.ts'
import { clientCreate } from './commands/client/create.ts'
import { clientDelete } from './commands/client/delete.ts'
import { clientDisable, clientEnable } from './commands/client/disable.ts'
import { clientList } from './commands/client/list.ts'
import { clientRotateSecret } from './commands/client/rotate-secret.ts'
import { clientShow } from './commands/client/show.ts'
import { doctor } from './commands/doctor.ts'
import { grantsList } from './commands/grants/list.ts'
import { grantsRevoke } from './commands/grants/revoke.ts'
import { importCommand } from './commands/import.ts'
import { init } from './commands/init.ts'
import { keysImport } from './commands/keys/import.ts'
import { keysList } from './commands/keys/list.ts'
import { keysRotate } from './commands/keys/rotate.ts'
import { migrate } from './commands/migrate.ts'
import { purge } from './commands/purge.ts'
import { report } from './commands/report.ts'
import { secret } from './commands/secret.ts'
import { tenantList } from './commands/tenant/list.ts'

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  secret,
  migrate,
  clientCreate,
  clientList,
  clientShow,
  clientRotateSecret,
  clientDisable,
  clientEnable,
  clientDelete,
  importCommand,
  keysList,
  keysRotate,
  keysImport,
  grantsList,
  grantsRevoke,
  tenantList,
  purge,
  audit,
  report,
  doctor,
]
