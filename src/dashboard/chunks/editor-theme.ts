/** How the editor looks: the colours are the page's. */
import { EditorView } from '@codemirror/view'

const RAISED = {
  backgroundColor: 'var(--raised)',
  color: 'var(--text)',
  border: '1px solid var(--line)',
  borderRadius: '6px',
  boxShadow: '0 6px 24px rgb(0 0 0 / .18)',
}

export const theme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--raised)', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--text)', padding: '10px 0', minHeight: '260px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--select)',
  },
  '.cm-matchingBracket': { backgroundColor: 'var(--select)', outline: '1px solid var(--accent)' },
  '.cm-tooltip': RAISED,
  '.cm-tooltip .described, .cm-completionInfo': { maxWidth: '36em', padding: '8px 10px', whiteSpace: 'pre-wrap' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-diagnostic': { borderLeft: '4px solid var(--bad)', padding: '6px 10px' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)' },
})
