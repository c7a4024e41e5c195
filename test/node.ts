import './vectors/vectors.node.ts'
