"""What a person writes: the resources as models, and the CRDs made of them. It knows no gateway and no cluster."""
