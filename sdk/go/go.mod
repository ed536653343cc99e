module toolhost-sdk

go 1.27
