"""A real Kubernetes control plane for tests: kube-apiserver, kube-controller-manager and etcd, built from Go modules.

It must never fake an answer of the API server, skip a test, or leave a server behind when its owner dies.
"""
