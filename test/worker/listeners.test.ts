import { describeListeners } from '../contracts/listeners.ts'

describeListeners()
