/** What an editor tells of a Lambda function, and of the signature of AWS. */
import type { WordsByPath } from '../../schema/words.ts'

export const WORDS: WordsByPath = {
  'endpoints[]{lambda}': { description: 'An AWS Lambda function, by its Invoke API.' },
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
  'credentials{aws-sigv4}': { description: 'AWS Signature Version 4: function URLs, API Gateway.' },
  'credentials.service': { description: 'The AWS service that is signed for.', examples: ['lambda', 'execute-api'] },
  'credentials.region': { description: 'The AWS region that is signed for.', examples: ['eu-west-1', 'us-east-1'] },
}
