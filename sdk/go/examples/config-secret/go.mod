module example.com/config-secret

go 1.27
