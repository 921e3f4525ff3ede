/** Starts the dashboard in its page. */
import { render } from 'preact'
import { App } from './app.tsx'
import { followAddress } from './live/place.ts'
import { startClock } from './live/pulse.ts'

const page = document.getElementById('page')
if (page) {
  page.replaceChildren()
  followAddress()
  startClock()
  render(<App />, page)
}
