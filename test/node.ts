import './packaging/docs.node.ts'
import './packaging/package.node.ts'
import './vectors/vectors.node.ts'
