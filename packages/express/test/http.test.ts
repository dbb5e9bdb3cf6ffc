import { describeAdapter } from '../../core/test/support/adapter-suite.ts'
import { oauth } from '../src/index.ts'
import { answerError, majors } from './support.ts'

for (const [name, create] of majors) {
  describeAdapter(name, (provider) => create().use(oauth(provider)).use(answerError))
}
