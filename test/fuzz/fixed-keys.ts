import { createPrivateKey } from 'node:crypto'

// made once for the fuzzer and used for nothing else: 512 bits, which 0.2 allows and which sign fast
const PKCS8 = [
  'MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEAAkEA2AU5aJd3NvmDpHPsZHYElPkzrcBW2lQU27R6Z1ruqtuM+BcPsxftzo5DVkp2tMTVPwpjQzq/HnYLzgny1SvN3QIDAQABAkA7sl3mEI',
  '2KbLO7e6mlLZQgkyl7575YwYmuGZcF/vQb1OQqjeXy1iwTSvK4PGL/Nc3LKmcgeDbkGxw4eLP5Vm9hAiEA/dBGKQ0fS7HcWhmv1yyyfnRsb65GN0SXl9fzGBTnufUCIQDZ4Zs1e7hHD8Zy+vH13Cn1',
  'al5eLRYC8t+01T2QaglLSQIhAKzbID0q86pgijpOjiPUDAf1EDiLDsTrEPbXmnZHHn3VAiApHxRdDsGj381TjBs4jNn6cJ3o5ld+LPqdtZVN+UVRyQIgVejZw3EYYbJXeOF/LDnaASXZr9MYbazqv2',
  '55JJn3TLw='
]

/** An RSA key that is the same at every run. */
export const CLASSIC_KEY = createPrivateKey({ key: Buffer.from(PKCS8.join(''), 'base64'), format: 'der', type: 'pkcs8' })
