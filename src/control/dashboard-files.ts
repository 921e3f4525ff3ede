/** What `scripts/dashboard.ts` built: texts that nothing parses when the Worker starts. */
import script from './dashboard/app.js.txt'
import charts from './dashboard/charts.js.txt'
import editor from './dashboard/editor.js.txt'
import page from './dashboard/index.html.txt'
import layout from './dashboard/layout.js.txt'
import style from './dashboard/style.css.txt'
import type { DashboardFiles } from './dashboard.ts'

export const DASHBOARD_FILES: DashboardFiles = {
  '': page,
  'dashboard/app.js': script,
  'dashboard/charts.js': charts,
  'dashboard/editor.js': editor,
  'dashboard/layout.js': layout,
  'dashboard/style.css': style,
}
