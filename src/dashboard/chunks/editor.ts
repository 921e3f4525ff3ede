/** The editor of a record: JSON with colours, completion from the record's schema, and faults where they stand. It is loaded where one edits. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting, syntaxTree } from '@codemirror/language'
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Text } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { descriptionAt, fieldsAt, type Offer, type Schema, valuesAt } from '../model/schema-offers.ts'
import { theme } from './editor-theme.ts'

export interface Fault {
  readonly from: number
  readonly to: number
  readonly message: string
}

export interface Editor {
  mark(faults: readonly Fault[]): void
  focus(): void
  destroy(): void
}

export interface EditorOptions {
  readonly text: string
  readonly label: string
  readonly schema: Schema
  readonly changed: (text: string) => void
  readonly save: () => void
}

/**
 * It stands in a shadow root: there the editor takes its styles from style sheets made by script, which the page's
 * Content-Security-Policy lets be; elsewhere it would write a `style` element.
 */
export function editor(parent: HTMLElement, { text, label, schema, changed, save }: EditorOptions): Editor {
  const saved = () => {
    save()
    return true
  }
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        json(),
        syntaxHighlighting(HIGHLIGHTS),
        lintGutter(),
        autocompletion({ override: [(context) => completions(context, schema)] }),
        hoverTooltip((shown, at) => described(shown, at, schema)),
        // Escape, then Tab, leaves the editor: Tab alone is not taken.
        keymap.of([
          { key: 'Mod-s', preventDefault: true, run: saved },
          ...completionKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.lineWrapping,
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString())
        }),
        theme,
      ],
    }),
  })
  return {
    mark(faults) {
      const length = view.state.doc.length
      const within = (at: number) => Math.min(Math.max(at, 0), length)
      const diagnostics = faults.map(
        ({ from, to, message }): Diagnostic => ({ from: within(from), to: within(to), message, severity: 'error' }),
      )
      view.dispatch(setDiagnostics(view.state, diagnostics))
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  }
}

const HIGHLIGHTS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--accent-text)' },
  { tag: tags.string, color: 'var(--good-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--poor-text)' },
  { tag: tags.invalid, color: 'var(--bad-text)' },
])

/** What the caret is in: the path of the value, and whether a field's name is being written there. */
function completions(context: CompletionContext, schema: Schema): CompletionResult | null {
  const { state, pos } = context
  const word = context.matchBefore(/"?[\w$.-]*/)
  const node = syntaxTree(state).resolveInner(pos, -1)
  const isString = node.name === 'String' || node.name === 'PropertyName'
  const from = isString ? node.from : (word?.from ?? pos)
  if (!context.explicit && !isString && (word === null || word.from === word.to)) return null
  const to = isString ? Math.max(pos, endOf(state.doc, node, pos)) : pos
  const object = node.name === 'Object' ? node : node.name === 'PropertyName' ? node.parent?.parent : undefined
  const broken = node.type.isError && node.parent?.name === 'Object' ? node.parent : undefined
  const within = object ?? broken
  if (within?.name === 'Object') {
    const taken = new Set(keysOf(within, state.doc))
    const options = fieldsAt(schema, pathOf(within, state.doc))
      .filter(({ label }) => !taken.has(label))
      .map((offer) => ({
        ...shown(offer, 'property'),
        // With its quote, which is part of what was typed.
        label: `"${offer.label}"`,
        displayLabel: offer.label,
        apply: `"${offer.label}": ${AFTER[offer.opens]}`,
      }))
    return { from, to, options }
  }
  const value = valuesAt(schema, pathOf(node, state.doc))
  return value.length === 0 ? null : { from, to, options: value.map((offer) => shown(offer, 'enum')) }
}

const AFTER: Record<Offer['opens'], string> = { '{': '{}', '[': '[]', '"': '""', '': '' }

function shown({ label, description }: Offer, type: string) {
  return { label, type, ...(description === undefined ? {} : { info: description }) }
}

function endOf(doc: Text, node: SyntaxNode, pos: number): number {
  return doc.sliceString(node.to - 1, node.to) === '"' ? node.to : pos
}

function keysOf(object: SyntaxNode, doc: Text): string[] {
  return object.getChildren('Property').map((property) => nameOf(property, doc))
}

function nameOf(property: SyntaxNode, doc: Text): string {
  const name = property.getChild('PropertyName')
  return name ? doc.sliceString(name.from, name.to).replaceAll('"', '') : ''
}

function pathOf(node: SyntaxNode, doc: Text): (string | number)[] {
  const path: (string | number)[] = []
  for (let at: SyntaxNode | null = node; at; at = at.parent) {
    const { parent } = at
    if (at.name === 'Property') path.unshift(nameOf(at, doc))
    else if (parent?.name === 'Array') path.unshift(placeAmong(parent, at))
  }
  return path
}

function placeAmong(array: SyntaxNode, node: SyntaxNode): number {
  let place = 0
  for (let one = array.firstChild; one && one.from < node.from; one = one.nextSibling) {
    if (!['[', ']', ',', '⚠'].includes(one.name)) place++
  }
  return place
}

function described(view: EditorView, at: number, schema: Schema) {
  const node = syntaxTree(view.state).resolveInner(at, 1)
  if (node.name !== 'PropertyName') return null
  const text = descriptionAt(schema, pathOf(node, view.state.doc))
  if (text === undefined) return null
  return {
    pos: node.from,
    end: node.to,
    create() {
      const dom = document.createElement('div')
      dom.className = 'described'
      dom.textContent = text
      return { dom }
    },
  }
}

type SyntaxNode = ReturnType<ReturnType<typeof syntaxTree>['resolveInner']>
