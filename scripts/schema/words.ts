/** What an editor tells of each field while a record is written, gathered from where the fields are. No Worker carries it. */
import type { WordsByPath } from '../../src/schema/words.ts'
import { wordsBeneath } from './words-beneath.ts'

export const WORDS: WordsByPath = {
  ...(await wordsBeneath('src/record')),
  ...(await wordsBeneath('src/features')),
  endpoints: {
    description:
      'Where the service answers: 1 to 1000 places, among which the load balancer chooses. Each once. Left out where rules or an alias lead elsewhere.',
    examples: [['https://users.example.com'], [{ binding: 'USERS' }]],
  },
  'endpoints[]': { description: 'One place: an address, or an object that says of which kind it is.' },
  'endpoints[]{string}': { description: 'An address: short for { "url": … }.' },
  'endpoints[]{url}': { description: 'An address on the internet, with weight, locality or credentials.' },
  'endpoints[]{binding}': { description: 'A service binding of this Worker.' },
  'endpoints[]{dispatch}': { description: 'A Worker in a dispatch namespace (Workers for Platforms).' },
  'endpoints[]{object}': { description: 'A Durable Object, which the request names.' },
  'endpoints[]{lambda}': { description: 'An AWS Lambda function, by its Invoke API.' },
  'endpoints[]{queue}': { description: 'A Queue: the request is accepted (202), not answered.' },
  'endpoints[].url': {
    description:
      'http:// or https://, without query, fragment or credentials. Its path stands before the path that is called.',
    examples: ['https://users-eu.example.com/v1'],
  },
  'endpoints[].weight': {
    description: 'Its share of the requests, beside the weights of the others: 0 to 1,000,000. 0 gets none.',
    default: 1,
  },
  'endpoints[].locality': {
    description:
      'Where it is: a colo (AMS), a continent (EU) or a location hint (weur). Calls go to what is near. Left out, it is nowhere near.',
    examples: ['EU', 'NA', 'AMS', 'weur', 'enam'],
  },
  'endpoints[].binding': { description: 'The name of the service binding in this Worker.', examples: ['USERS'] },
  'endpoints[].worker': {
    description:
      'The Worker behind the binding, for version. Left out, the name of the binding: USER_STORE is user-store.',
  },
  'endpoints[].version': { description: 'The id of the version of that Worker to which every request goes.' },
  'endpoints[].dispatch': { description: 'A Worker in a dispatch namespace.' },
  'dispatch.binding': { description: 'The name of the dispatch namespace in this Worker.', examples: ['DISPATCH'] },
  'dispatch.script': { description: 'The name of the Worker in that namespace.' },
  'dispatch.limits': { description: 'What one invocation of it may use, as the platform enforces it.' },
  'limits.cpuMs': { description: 'Milliseconds of CPU: 1 to 1,000,000.' },
  'limits.subRequests': { description: 'Subrequests: 1 to 1,000,000.' },
  'endpoints[].object': { description: 'A Durable Object.' },
  'object.binding': { description: 'The name of the Durable Object namespace in this Worker.', examples: ['ROOMS'] },
  'object.key': {
    description:
      'Which object: a fixed name, a header, a query parameter, or a segment of the path (path:1 is the first).',
    examples: ['name:lobby', 'header:x-room', 'query:room', 'path:1'],
  },
  'endpoints[].queue': { description: 'A Queue.' },
  'queue.keep': {
    description: 'Headers that are credentials and may rest in the queue all the same: up to 16.',
    examples: [['authorization']],
  },
  'queue.keep[]': { description: 'The name of a header.' },
  'queue.binding': { description: 'The name of the queue in this Worker.', examples: ['JOBS'] },
  'endpoints[].lambda': { description: 'An AWS Lambda function.' },
  'lambda.function': {
    description: 'Its name or ARN, with a version or an alias at the end if there is one.',
    examples: ['users', 'arn:aws:lambda:eu-west-1:123456789012:function:users:live'],
  },
  'lambda.region': { description: 'Its region, where no ARN says it.', examples: ['eu-west-1', 'us-east-1'] },
  'lambda.secret': {
    description:
      'The prefix of Worker secrets: AWS means AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.',
    examples: ['AWS'],
  },
  'lambda.qualifier': { description: 'A version or an alias, where function does not end in one.', examples: ['live'] },
  'lambda.invocation': {
    description: 'What is done with what the function gives back.',
    default: 'request',
    enumDescriptions: ['Wait for it.', 'Pass it on as it comes.', 'Do not wait: 202.'],
  },
  'lambda.endpointUrl': { description: "Where the Invoke API stands, if it is not AWS's own: an emulator." },
  'endpoints[].credentials': {
    description: 'What the address wants shown. A record never holds a secret, only the name of a Worker secret.',
  },
  'credentials{aws-sigv4}': { description: 'AWS Signature Version 4: function URLs, API Gateway.' },
  'credentials{google-id-token}': { description: 'An id token of a service account: Cloud Run, Cloud Functions.' },
  'credentials{bearer}': { description: 'authorization: Bearer, and the secret.' },
  'credentials{header}': { description: 'The secret in a header: API keys, Azure Functions.' },
  'credentials.type': { description: 'How it is shown.' },
  'credentials.service': { description: 'The AWS service that is signed for.', examples: ['lambda', 'execute-api'] },
  'credentials.region': { description: 'The AWS region that is signed for.', examples: ['eu-west-1', 'us-east-1'] },
  'credentials.audience': { description: 'For whom the id token is. Left out, the origin of the address.' },
  'credentials.header': { description: 'The header that the secret is sent in.', examples: ['x-functions-key'] },
  'credentials.secret': {
    description:
      'The name of a Worker secret; for aws-sigv4 the prefix of three (AWS means AWS_ACCESS_KEY_ID and so on).',
    examples: ['AWS', 'GCP_SERVICE_ACCOUNT'],
  },
}
