/** Stands for schema libraries that hono-openapi would take along wherever it finds them: ours is valibot. */
export default {}
export const toJSONSchema = undefined
